package io.nurs.appliance.source;

import io.nurs.netlink.NetlinkChannel;
import java.util.concurrent.TimeUnit;

/**
 * Whether there may be an end that the kernel has told, or will tell again, and that has not been read: in the receive buffer, or
 * kept by the kernel because it did not fit there. On the event loop.
 */
final class EventBacklog {
    /** A DESTROY that did not fit is sent again after a second, then each 10 ms. net/netfilter/nf_conntrack_ecache.c */
    static final long REPEATED_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private final NetlinkChannel events;
    private long drops;
    private long droppedNanos;
    private long emptyNanos;

    EventBacklog(NetlinkChannel events) {
        this.events = events;
        this.droppedNanos = System.nanoTime();
        this.emptyNanos = droppedNanos;
    }

    /** To be called again and again. */
    void look() {
        long now = System.nanoTime();
        if (events.kernelDrops() != drops) {
            drops = events.kernelDrops();
            droppedNanos = now;
        }
        if (events.queuedBytes() == 0) {
            emptyNanos = now;
        }
    }

    /** Whether all ends have been read that the kernel had to tell again. */
    boolean isRead() {
        return isReadUpTo(droppedNanos);
    }

    /** Whether all ends of flows that were gone at that time (of System.nanoTime) have been read, or will never come. */
    boolean isReadUpTo(long nanos) {
        long settled = REPEATED_AFTER_NANOS + (nanos - droppedNanos > 0 ? nanos : droppedNanos);
        return emptyNanos - settled >= 0;
    }
}
