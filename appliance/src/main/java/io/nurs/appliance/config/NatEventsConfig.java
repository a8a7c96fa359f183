package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/**
 * {@code events: nat} of a source.
 *
 * @param blockPorts ports of a block, whose allocation is logged in place of sessions; 0 for sessions
 * @param thresholdPercent of nf_conntrack_max
 */
public record NatEventsConfig(int blockPorts, int thresholdPercent) {
    public static final NatEventsConfig DEFAULT = new NatEventsConfig(0, 80);

    private static final int MIN_BLOCK_PORTS = 16;
    private static final int MAX_BLOCK_PORTS = 1 << 15;

    /** Null unless they are asked for. */
    static @Nullable NatEventsConfig read(YamlSection section) {
        SourceEvents events = section.choice("events", SourceEvents.NONE);
        NatEventsConfig config = new NatEventsConfig(
                (int) section.integer("nat-blocks", DEFAULT.blockPorts, MIN_BLOCK_PORTS, MAX_BLOCK_PORTS),
                section.read("nat-threshold", DEFAULT.thresholdPercent, NatEventsConfig::percent));
        return events == SourceEvents.NAT ? config : null;
    }

    /** What does not go together with other keys. */
    static void check(YamlSection section, ConntrackSourceConfig source) {
        YamlValue blocks = section.value("nat-blocks");
        if (source.natEvents() == null) {
            refuse(blocks, "only with events: nat; write that too, or remove this key");
            refuse(section.value("nat-threshold"), "only with events: nat; write that too, or remove this key");
            return;
        }
        if (source.readers() > 1) {
            refuse(
                    blocks,
                    "a block's sessions are counted by one reader; write readers: 1, or remove this key to log sessions");
        }
        if (source.accounting() != Accounting.DELTA) {
            refuse(
                    blocks,
                    "a session whose end was lost would hold its block for ever, and only accounting: delta finds those;"
                            + " write that, or remove this key to log sessions");
        }
    }

    private static void refuse(@Nullable YamlValue value, String why) {
        if (value != null) {
            value.error(why);
        }
    }

    private static int percent(String text) {
        long percent = ScalarText.integer(text.endsWith("%") ? text.substring(0, text.length() - 1) : text);
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is outside 1% to 100%");
        }
        return (int) percent;
    }
}
