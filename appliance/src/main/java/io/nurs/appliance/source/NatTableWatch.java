package io.nurs.appliance.source;

import io.nurs.appliance.nat.NatEvent;
import io.nurs.netlink.conntrack.ConntrackCpuStats;
import org.jspecify.annotations.Nullable;

/**
 * Tells from the table's size and from ctnetlink's counters when a translator has come to its limits: once when it begins, and
 * again only after it has been over, and a minute after the last time.
 *
 * <p>A packet for which NAT has found no free port is counted both as a failed insert and as a drop; one that found the table full
 * as a drop alone. Two packets that race for one entry may fail as well, rarely.
 */
final class NatTableWatch {
    /** What is reached must be left by so much before it counts as reached again. */
    private static final int LEAVE_PERCENT = 5;
    /** Where the kernel begins to drop entries early. nf_conntrack_max95 */
    private static final int FULL_PERCENT = 95;

    private final int thresholdPercent;
    private final FlowClock clock;
    private final Onset threshold = new Onset();
    private final Onset quota = new Onset();
    private final Onset ports = new Onset();
    private final NatEvent event = new NatEvent();

    // Sums over all CPUs, which wrap as the kernel's do.
    private int dropped;
    private int insertFailed;
    private int droppedBefore;
    private int insertFailedBefore;
    private boolean counts;
    /** Since the counters before. */
    private int newDrops;

    private int newFailures;

    NatTableWatch(int thresholdPercent, FlowClock clock) {
        this.thresholdPercent = thresholdPercent;
        this.clock = clock;
    }

    void add(ConntrackCpuStats cpu) {
        dropped += cpu.dropped();
        insertFailed += cpu.insertFailed();
    }

    /** All CPUs have been added. The first time is where counting starts. */
    void counted() {
        if (counts) {
            newDrops = dropped - droppedBefore;
            newFailures = insertFailed - insertFailedBefore;
        }
        counts = true;
        droppedBefore = dropped;
        insertFailedBefore = insertFailed;
        dropped = 0;
        insertFailed = 0;
    }

    /** Not all CPUs can be: those that have been are no part of the next sum. */
    void forgetCounters() {
        dropped = 0;
        insertFailed = 0;
    }

    /** The next of what has begun, borrowed; null if there is no more. */
    @Nullable
    NatEvent look(long entries, long maxEntries, int outsideAddress) {
        long now = clock.unixNanos();
        long tick = clock.monotonicNanos();
        // 0 is no limit, of which nothing is reached.
        boolean limited = maxEntries > 0;
        boolean full = limited && entries * 100 >= maxEntries * FULL_PERCENT;
        boolean fullDrops = full && (entries >= maxEntries || newDrops - newFailures > 0);
        if (threshold.begins(
                limited && entries * 100 >= maxEntries * thresholdPercent,
                limited
                        && entries * 100
                                < maxEntries * (thresholdPercent - Math.min(LEAVE_PERCENT, thresholdPercent / 2)),
                tick)) {
            return event.threshold(now, (int) (maxEntries * thresholdPercent / 100));
        }
        if (quota.begins(fullDrops, limited && !full, tick)) {
            return event.sessionQuota(now, (int) maxEntries);
        }
        if (ports.begins(newFailures > 0, newFailures == 0, tick)) {
            return event.portsExhausted(now, outsideAddress);
        }
        newDrops = 0;
        newFailures = 0;
        return null;
    }
}
