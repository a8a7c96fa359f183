package io.nurs.appliance.config;

import io.nurs.appliance.filter.FlowExpression;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel tells of the entries of one network namespace's connection table, message by message.
 *
 * @param events the kinds that are asked for
 * @param family whose entries
 * @param protocols IP protocol numbers; none for all
 * @param mark entries to take, or null for all
 * @param guardPercent of nf_conntrack_max: where reliable delivery is given up for the router's sake
 * @param receiveBufferBytes what is asked of the kernel, which doubles it for its own bookkeeping
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 */
public record ConntrackEventSourceConfig(
        String name,
        Set<EntryEvent> events,
        AddressFamily family,
        Set<Integer> protocols,
        @Nullable MarkMatch mark,
        Delivery delivery,
        int guardPercent,
        int receiveBufferBytes,
        @Nullable String namespace)
        implements SourceConfig {
    /** A filter in the kernel compares with one after the other. */
    private static final int MAX_PROTOCOLS = 32;

    public ConntrackEventSourceConfig {
        events = Collections.unmodifiableSet(EnumSet.copyOf(events));
        protocols = Collections.unmodifiableSet(new TreeSet<>(protocols));
    }

    static ConntrackEventSourceConfig read(YamlSection section, String name) {
        ConntrackSourceConfig like = ConntrackSourceConfig.defaults(name);
        Set<EntryEvent> events = set(section, "events", ConntrackEventSourceConfig::event);
        Set<Integer> protocols = set(section, "protocols", ConntrackEventSourceConfig::protocol);
        YamlValue list = section.value("protocols");
        if (list != null && protocols.size() > MAX_PROTOCOLS) {
            list.error("has " + protocols.size() + " protocols, and " + MAX_PROTOCOLS
                    + " are the most; leave it out for" + " all");
            protocols = Set.of();
        }
        ConntrackEventSourceConfig config = new ConntrackEventSourceConfig(
                name,
                events.isEmpty() ? EnumSet.of(EntryEvent.NEW, EntryEvent.DESTROY) : events,
                section.choice("family", AddressFamily.ANY),
                protocols,
                section.optional("mark", MarkMatch::parse),
                section.choice("delivery", Delivery.BEST_EFFORT),
                section.read("guard", like.guardPercent(), ConntrackSourceConfig::percent),
                (int) section.sizeBytes("receive-buffer", like.receiveBufferBytes(), 4 << 10, 1 << 30),
                PolledKeys.namespace(section));
        YamlValue guard = section.value("guard");
        if (guard != null && config.delivery == Delivery.BEST_EFFORT) {
            guard.warning("has no effect with delivery: best-effort");
        }
        YamlValue delivery = section.value("delivery");
        if (delivery != null && config.delivery == Delivery.RELIABLE && !config.events.contains(EntryEvent.DESTROY)) {
            delivery.warning("has no effect without destroy among the events: the kernel keeps no others");
        }
        section.finish();
        return config;
    }

    private static <T> Set<T> set(YamlSection section, String key, Function<String, T> parser) {
        List<T> parsed = new ArrayList<>();
        YamlValue list = section.value(key);
        if (list == null) {
            return Set.of();
        }
        List<YamlValue> items = list.items();
        if (items.isEmpty() && list.isList()) {
            list.error("empty; list at least one, or leave it out");
        }
        for (YamlValue item : items) {
            T value = item.parse(parser);
            if (value != null && parsed.contains(value)) {
                item.error(ScalarText.quote(String.valueOf(item.text())) + " is in this list twice");
            } else if (value != null) {
                parsed.add(value);
            }
        }
        return Set.copyOf(parsed);
    }

    private static EntryEvent event(String text) {
        List<String> words = new ArrayList<>();
        for (EntryEvent event : EntryEvent.values()) {
            if (event.toString().equals(text)) {
                return event;
            }
            words.add(event.toString());
        }
        throw new IllegalArgumentException(
                ScalarText.quote(text) + " is unknown; " + NearestName.hint(text, words, "known values"));
    }

    private static int protocol(String text) {
        Integer named = FlowExpression.protocol(text);
        if (named != null) {
            return named;
        }
        long number = !text.isEmpty() && Character.isDigit(text.charAt(0)) ? ScalarText.integer(text) : -1;
        if (number < 0 || number > 255) {
            throw new IllegalArgumentException(ScalarText.quote(text)
                    + " is neither the name of a protocol, such as tcp, nor a number from 0 to 255");
        }
        return (int) number;
    }

    @Override
    public int readers() {
        return 1;
    }

    @Override
    public boolean tellsOfFlows() {
        return false;
    }

    @Override
    public boolean canBecome(SourceConfig next) {
        return equals(next);
    }
}
