package io.nurs.appliance.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Packets that rules log to groups of one network namespace.
 *
 * @param groups each has a reader, in this order
 * @param copy what the kernel copies of a packet
 * @param copyRangeBytes octets from the network header on; 0 is as many as the exporters need
 * @param queueThreshold packets after which the kernel sends what it has collected
 * @param timeout after which it sends that anyway
 * @param bufferBytes what it collects them in
 * @param receiveBufferBytes what is asked of the kernel, which doubles it for its own bookkeeping
 * @param globalSequence whether packets are numbered over all groups, too
 * @param conntrack whether packets come with their connections
 * @param sampling the rules log one of so many packets; 1 is all
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 */
public record NflogSourceConfig(
        String name,
        List<Integer> groups,
        Copy copy,
        int copyRangeBytes,
        int queueThreshold,
        Duration timeout,
        int bufferBytes,
        int receiveBufferBytes,
        boolean globalSequence,
        boolean conntrack,
        int sampling,
        @Nullable String namespace)
        implements SourceConfig {
    private static final int LAST_GROUP = 0xffff;
    private static final int MOST_GROUPS = 64;
    private static final int MOST_SAMPLING = 1_000_000;
    private static final int DEFAULT_THRESHOLD = 64;
    private static final int DEFAULT_BUFFER_BYTES = 64 << 10;
    private static final int DEFAULT_RECEIVE_BUFFER_BYTES = 32 << 20;
    /** NFULNL_NLBUFSIZ_MAX, and what an attribute holds: linux/netfilter/nfnetlink_log.h */
    private static final int MOST_BUFFER_BYTES = 128 << 10;

    private static final int MOST_COPIED_BYTES = 65_531;
    /** An IPv4 header. */
    private static final int LEAST_COPIED_BYTES = 20;

    /** What of a packet is copied. */
    public enum Copy {
        PACKET("packet"),
        /** What the kernel knows of it, and no octet. */
        META("meta");

        private final String word;

        Copy(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    public NflogSourceConfig {
        groups = List.copyOf(groups);
    }

    public static NflogSourceConfig defaults(String name, List<Integer> groups) {
        return new NflogSourceConfig(
                name,
                groups,
                Copy.PACKET,
                0,
                DEFAULT_THRESHOLD,
                Duration.ofMillis(100),
                DEFAULT_BUFFER_BYTES,
                DEFAULT_RECEIVE_BUFFER_BYTES,
                false,
                false,
                1,
                null);
    }

    static NflogSourceConfig read(YamlSection section, String name) {
        NflogSourceConfig fallback = defaults(name, groups(section));
        Copy copy = section.choice("copy", fallback.copy);
        NflogSourceConfig config = new NflogSourceConfig(
                name,
                fallback.groups,
                copy,
                (int) section.sizeBytes("copy-range", 0, LEAST_COPIED_BYTES, MOST_COPIED_BYTES),
                (int) section.integer("queue-threshold", fallback.queueThreshold, 1, 65_535),
                section.duration("timeout", fallback.timeout, Duration.ofMillis(10), Duration.ofMinutes(1)),
                (int) section.sizeBytes("buffer-size", fallback.bufferBytes, 4 << 10, MOST_BUFFER_BYTES),
                (int) section.sizeBytes("receive-buffer", fallback.receiveBufferBytes, 4 << 10, 1 << 30),
                section.flag("global-sequence", fallback.globalSequence),
                section.flag("conntrack", fallback.conntrack),
                (int) section.integer("sampling", fallback.sampling, 1, MOST_SAMPLING),
                PolledKeys.namespace(section));
        YamlValue range = section.value("copy-range");
        if (range != null && copy == Copy.META) {
            range.warning("has no effect with copy: meta");
        }
        section.finish();
        return config;
    }

    private static List<Integer> groups(YamlSection section) {
        YamlValue list = section.value("groups");
        if (list == null) {
            section.missing("groups", "list the groups that rules log to, such as [8] or [8, 16-19]");
            return List.of();
        }
        List<Integer> groups = new ArrayList<>();
        for (YamlValue item : list.items()) {
            List<Integer> range = item.parse(NflogSourceConfig::range);
            for (int group : range == null ? List.<Integer>of() : range) {
                if (groups.contains(group)) {
                    item.error("group " + group + " is in this list twice");
                }
                groups.add(group);
            }
        }
        if (list.isList() && list.items().isEmpty()) {
            list.error("empty; list at least one group");
        }
        if (groups.size() > MOST_GROUPS) {
            list.error(groups.size() + " groups, and each has a reader of its own: " + MOST_GROUPS + " are the most");
        }
        return groups;
    }

    /** One, or the first and the last with a hyphen between. */
    private static List<Integer> range(String text) {
        int hyphen = text.indexOf('-');
        int first = group(hyphen < 0 ? text : text.substring(0, hyphen));
        int last = hyphen < 0 ? first : group(text.substring(hyphen + 1));
        if (last < first) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " ends before it begins");
        }
        if (last - first >= MOST_GROUPS) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " are more groups than the " + MOST_GROUPS + " that a source may have");
        }
        List<Integer> groups = new ArrayList<>();
        for (int group = first; group <= last; group++) {
            groups.add(group);
        }
        return groups;
    }

    private static int group(String text) {
        long group = ScalarText.integer(text.strip());
        if (group > LAST_GROUP) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is no group: they go from 0 to " + LAST_GROUP);
        }
        return (int) group;
    }

    @Override
    public int readers() {
        // One without groups has been refused.
        return Math.max(1, groups.size());
    }

    @Override
    public boolean tellsOfFlows() {
        return false;
    }

    @Override
    public boolean tellsOfPackets() {
        return true;
    }

    /** The kernel takes the others at any time. */
    @Override
    public boolean canBecome(SourceConfig next) {
        return next instanceof NflogSourceConfig other
                && new NflogSourceConfig(
                                name,
                                groups,
                                other.copy,
                                other.copyRangeBytes,
                                other.queueThreshold,
                                other.timeout,
                                bufferBytes,
                                receiveBufferBytes,
                                other.globalSequence,
                                conntrack,
                                other.sampling,
                                namespace)
                        .equals(other);
    }

    /** Groups as one writes them, for messages. */
    public String printGroups() {
        Function<Integer, String> print = group -> Integer.toString(group);
        return (groups.size() == 1 ? "group " : "groups ")
                + String.join(", ", groups.stream().map(print).toList());
    }
}
