package io.nurs.appliance.source;

import io.nurs.appliance.totals.RecentlyEnded;
import io.nurs.appliance.totals.StoredFlow;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.util.concurrent.TimeUnit;

/**
 * Knows which ends have been told before. The kernel tells an end again, to all, when a listener that asked for reliable delivery
 * had no room for it: after 10 ms, or after hours if that listener stands still. Ends are remembered for five minutes at least
 * (less if more than so many end in that time), and what is told later than that of a time from which every end has reached us
 * is one of those that are forgotten.
 */
final class ToldEnds implements AutoCloseable {
    private static final int LEAST_REMEMBERED = 1 << 16;
    /** The kernel looks for expired entries once a minute, and takes a while where there are many. */
    private static final long LATEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final FlowClock clock;
    private final RecentlyEnded ended;
    private long periodBeganMonotonic;
    private long periodBegan;
    private long overflows;

    /** Ends from before this Unix time have all been told, if the wall clock has not been set since. */
    private long toldBefore;
    /** The same of entries that expired: the kernel tells of them when it comes by. */
    private long expiredToldBefore;

    private long wallOffset;

    /**
     * Of one source.
     *
     * @param maxFlows how many ends of five minutes to remember
     * @param toldBeforeNanos Unix time until which a process before this one has been told of ends; 0 for none
     */
    ToldEnds(FlowClock clock, int maxFlows, long toldBeforeNanos) {
        this.clock = clock;
        this.ended = new RecentlyEnded(Math.max(maxFlows, LEAST_REMEMBERED));
        this.wallOffset = wallOffset();
        this.periodBegan = clock.unixNanos();
        this.periodBeganMonotonic = clock.monotonicNanos();
        this.toldBefore = toldBeforeNanos > periodBegan ? 0 : toldBeforeNanos;
        this.expiredToldBefore = Math.max(0, toldBefore - LATEST_NANOS);
    }

    /** Remembers an end; false if it has been told before. */
    boolean addIfNew(ConntrackMessage destroyed) {
        return ended.addIfNew(destroyed);
    }

    /** Remembers a flow that is given up for gone. */
    void add(StoredFlow gone) {
        ended.add(gone);
    }

    /** Remembers one that two may give up, each with a start of its own. */
    void addGivenUp(StoredFlow gone) {
        ended.addAnyStart(gone);
    }

    /** Whether it was given up by {@link #addGivenUp}. */
    boolean isGivenUp(StoredFlow gone) {
        return ended.containsAnyStart(gone);
    }

    /** Whether the entry is over, and remembered. */
    boolean contains(ConntrackMessage entry) {
        return ended.contains(entry);
    }

    /** Whether the end of a flow that nobody knows was told so long ago that it has been forgotten. */
    boolean isForgotten(ConntrackMessage destroyed) {
        boolean expired = destroyed.timeoutSeconds() == 0;
        if (!destroyed.hasStop() || destroyed.stopNanos() >= (expired ? expiredToldBefore : toldBefore)) {
            return false;
        }
        if (Math.abs(wallOffset() - wallOffset) > STEP_NANOS) {
            // The clock was set: the stamps of before tell nothing of now.
            startAnew();
            return false;
        }
        return true;
    }

    /**
     * Forgets what is old enough.
     *
     * @param everyEndHasCome whether all ends that the kernel has told, or will tell again for our sake, have been read
     */
    void forget(boolean everyEndHasCome) {
        if (clock.monotonicNanos() - periodBeganMonotonic < LATEST_NANOS || !everyEndHasCome) {
            return;
        }
        if (Math.abs(wallOffset() - wallOffset) > STEP_NANOS) {
            startAnew();
        } else {
            // What is forgotten now ended before the period that is still remembered.
            toldBefore = ended.overflows() == overflows ? periodBegan : clock.unixNanos() - LATEST_NANOS;
            expiredToldBefore = toldBefore;
        }
        overflows = ended.overflows();
        periodBegan = clock.unixNanos();
        periodBeganMonotonic = clock.monotonicNanos();
        ended.rotate();
    }

    private void startAnew() {
        toldBefore = 0;
        expiredToldBefore = 0;
        wallOffset = wallOffset();
    }

    private long wallOffset() {
        return clock.unixNanos() - clock.monotonicNanos();
    }

    @Override
    public void close() {
        ended.close();
    }
}
