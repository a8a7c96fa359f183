package io.nurs.netlink.conntrack;

import io.nurs.netlink.NetlinkMessage;

/**
 * A borrowed view of what one CPU has counted of expectations, the flows that a helper foresees, in one network namespace:
 * IPCTNL_MSG_EXP_GET_STATS_CPU. Each is a u32 that wraps.
 */
public final class ConntrackExpectationStats {
    private final ConntrackCounters counters = new ConntrackCounters();
    private int cpu;

    ConntrackExpectationStats() {}

    /** Points the view at a message; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        cpu = message.resourceId();
        counters.wrap(message);
        return counters.isWellFormed();
    }

    /** From 0. */
    public int cpu() {
        return cpu;
    }

    /** Flows that came as they were expected. CTA_STATS_EXP_NEW */
    public long met() {
        return counters.value(ConntrackAttribute.CTA_STATS_EXP_NEW);
    }

    /** Expectations made. CTA_STATS_EXP_CREATE */
    public long created() {
        return counters.value(ConntrackAttribute.CTA_STATS_EXP_CREATE);
    }

    /** Expectations removed, met or not. CTA_STATS_EXP_DELETE */
    public long deleted() {
        return counters.value(ConntrackAttribute.CTA_STATS_EXP_DELETE);
    }

    /** All that came, by {@code CTA_STATS_EXP_*}, from the first. Each call starts the one walk again. */
    public ConntrackCounters counters() {
        return counters.rewind();
    }
}
