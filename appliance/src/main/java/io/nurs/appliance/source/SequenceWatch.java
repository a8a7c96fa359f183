package io.nurs.appliance.source;

import java.util.function.LongSupplier;

/** Counts what is missing among packets that are numbered one by one, from 0 on, in 32 bits that wrap. */
final class SequenceWatch {
    private final PacketStats stats;
    private final LongSupplier clock;
    private int expected;

    /** @param clock Unix time in ms */
    SequenceWatch(PacketStats stats, LongSupplier clock) {
        this.stats = stats;
        this.clock = clock;
    }

    /** The next one has come. */
    void see(int sequence) {
        int missing = sequence - expected;
        if (missing > 0) {
            lost(missing);
        } else if (missing < 0) {
            // It went back, or on by more than half of all there are: another count.
            stats.restarts++;
        }
        expected = sequence + 1;
    }

    private void lost(int missing) {
        long now = clock.getAsLong() / 1000 * 1000;
        stats.lost += missing;
        stats.gaps++;
        stats.firstLostMillis = stats.firstLostMillis == 0 ? now : stats.firstLostMillis;
        stats.lastLostMillis = now;
    }
}
