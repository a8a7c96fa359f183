package io.nurs.appliance.output;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** How much left in the last seconds: when a collector turns out to be dead, that tells what is lost with it. */
final class SendHistory {
    private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final int SLOTS = 2048;

    private final int[] messages = new int[SLOTS];
    private final int[] records = new int[SLOTS];
    private long latest = Long.MIN_VALUE;

    void add(long nanos, int sentRecords) {
        advance(nanos / SLOT_NANOS);
        int slot = slot(latest);
        messages[slot]++;
        records[slot] += sentRecords;
    }

    private void advance(long now) {
        if (latest == Long.MIN_VALUE || now - latest >= SLOTS) {
            clear();
            latest = now;
        }
        while (latest < now) {
            int slot = slot(++latest);
            messages[slot] = 0;
            records[slot] = 0;
        }
    }

    long messages(long sinceNanos) {
        return sum(messages, sinceNanos);
    }

    long records(long sinceNanos) {
        return sum(records, sinceNanos);
    }

    private long sum(int[] counts, long sinceNanos) {
        long sum = 0;
        long first = Math.max(sinceNanos / SLOT_NANOS, latest - SLOTS + 1);
        for (long i = latest; latest != Long.MIN_VALUE && i >= first; i--) {
            sum += counts[slot(i)];
        }
        return sum;
    }

    /** What has been counted as lost is not lost again. */
    void clear() {
        Arrays.fill(messages, 0);
        Arrays.fill(records, 0);
    }

    private static int slot(long time) {
        return (int) Math.floorMod(time, (long) SLOTS);
    }
}
