package io.nurs.netlink.conntrack;

import io.nurs.netlink.NetlinkMessage;

/** A borrowed view of how full the table of one network namespace is: IPCTNL_MSG_CT_GET_STATS, what {@code conntrack -C} prints. */
public final class ConntrackTableStats {
    private final ConntrackCounters counters = new ConntrackCounters();

    ConntrackTableStats() {}

    /** Points the view at a message; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        counters.wrap(message);
        return counters.isWellFormed();
    }

    /** Entries of the namespace, those that are dying too: what counts against the maximum. CTA_STATS_GLOBAL_ENTRIES */
    public long entries() {
        return counters.value(ConntrackAttribute.CTA_STATS_GLOBAL_ENTRIES);
    }

    /** net.netfilter.nf_conntrack_max, which all namespaces share; 0 where the kernel does not tell. CTA_STATS_GLOBAL_MAX_ENTRIES */
    public long maxEntries() {
        return counters.value(ConntrackAttribute.CTA_STATS_GLOBAL_MAX_ENTRIES);
    }

    /** All that came, by {@code CTA_STATS_GLOBAL_*}, from the first. Each call starts the one walk again. */
    public ConntrackCounters counters() {
        return counters.rewind();
    }
}
