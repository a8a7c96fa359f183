package io.nurs.appliance.config;

import io.nurs.appliance.filter.PacketExpression;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is decided on queued packets.
 *
 * @param queue where packets go with {@link Action#QUEUE}, else 0
 * @param mark what becomes of the mark of those that are not dropped, or null
 * @param dropIf which are dropped, whatever the action, or null for none
 * @param ttl which those that are not dropped get, or {@link #UNCHANGED}
 * @param dscp likewise
 */
public record PolicyConfig(
        Action action,
        int queue,
        @Nullable MarkChange mark,
        @Nullable PacketExpression dropIf,
        int ttl,
        int dscp) {
    public static final int UNCHANGED = -1;

    private static final PolicyConfig ACCEPT = of(Action.ACCEPT);
    private static final Pattern QUEUE = Pattern.compile("queue +(\\S+)");
    private static final int MOST_QUEUES = 65_535;

    /** What becomes of a packet. */
    public enum Action {
        ACCEPT,
        DROP,
        REPEAT,
        STOP,
        QUEUE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** New values of some bits of a mark; both ints are unsigned. */
    public record MarkChange(int value, int mask) {
        static MarkChange parse(String text) {
            MarkMatch bits = MarkMatch.parse(text);
            return new MarkChange(bits.value(), bits.mask());
        }

        public int apply(int mark) {
            return (mark & ~mask) | value;
        }

        @Override
        public String toString() {
            return mask == -1 ? "0x%x".formatted(value) : "0x%x/0x%x".formatted(value, mask);
        }
    }

    private record Target(Action action, int queue) {
        static Target parse(String text) {
            Matcher queue = PolicyConfig.QUEUE.matcher(text);
            if (queue.matches()) {
                long number = ScalarText.integer(queue.group(1));
                if (number > MOST_QUEUES) {
                    throw new IllegalArgumentException(ScalarText.quote(text) + ": queues are numbered 0 to 65535");
                }
                return new Target(Action.QUEUE, (int) number);
            }
            return switch (text) {
                case "accept" -> new Target(Action.ACCEPT, 0);
                case "drop" -> new Target(Action.DROP, 0);
                case "repeat" -> new Target(Action.REPEAT, 0);
                case "stop" -> new Target(Action.STOP, 0);
                default ->
                    throw new IllegalArgumentException(
                            ScalarText.quote(text) + " is no verdict: write accept, drop, repeat, stop or queue N");
            };
        }
    }

    private static PolicyConfig of(Action action) {
        return new PolicyConfig(action, 0, null, null, UNCHANGED, UNCHANGED);
    }

    /** Whether it changes octets of packets. */
    public boolean rewrites() {
        return ttl != UNCHANGED || dscp != UNCHANGED;
    }

    /** {@code policy: accept}, or its keys. */
    static PolicyConfig read(YamlSection source) {
        YamlValue place = source.value("policy");
        if (place == null) {
            return ACCEPT;
        }
        if (place.isText()) {
            Target target = Objects.requireNonNullElse(place.parse(Target::parse), new Target(Action.ACCEPT, 0));
            return checked(place, new PolicyConfig(target.action, target.queue, null, null, UNCHANGED, UNCHANGED));
        }
        YamlSection section = place.section();
        return section == null ? ACCEPT : read(place, section);
    }

    private static PolicyConfig read(YamlValue place, YamlSection section) {
        Target target = section.read("verdict", new Target(Action.ACCEPT, 0), Target::parse);
        MarkChange mark = section.optional("mark", MarkChange::parse);
        PacketExpression dropIf = section.optional("drop-if", PacketExpression::parse);
        YamlSection rewrite = section.section("rewrite");
        int ttl = UNCHANGED;
        int dscp = UNCHANGED;
        if (rewrite != null) {
            ttl = (int) rewrite.integer("ttl", UNCHANGED, 1, 255);
            dscp = (int) rewrite.integer("dscp", UNCHANGED, 0, 63);
            rewrite.finish();
        }
        section.finish();
        PolicyConfig config = new PolicyConfig(target.action, target.queue, mark, dropIf, ttl, dscp);
        if (config.action == Action.DROP && (mark != null || dropIf != null || config.rewrites())) {
            place.warning("with verdict: drop nothing else has an effect");
        }
        return checked(place, config);
    }

    private static PolicyConfig checked(YamlValue place, PolicyConfig config) {
        if (config.action == Action.REPEAT && config.mark == null) {
            place.error(
                    "verdict: repeat needs a mark, by which the rule passes over packets that come back (iptables -m mark"
                            + " ! --mark …); without one they would come back for ever");
        }
        return config;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(action.toString());
        if (action == Action.QUEUE) {
            text.append(' ').append(queue);
        }
        if (mark != null) {
            text.append(", mark ").append(mark);
        }
        if (ttl != UNCHANGED) {
            text.append(", ttl ").append(ttl);
        }
        if (dscp != UNCHANGED) {
            text.append(", dscp ").append(dscp);
        }
        if (dropIf != null) {
            text.append(", drop if ").append(ScalarText.quote(dropIf.toString()));
        }
        return text.toString();
    }
}
