package io.nurs.appliance.status;

import java.util.concurrent.TimeUnit;

/** When a figure that only grows was last seen to have grown. One thread looks, any thread asks. */
final class Change {
    private final long sinceNanos = System.nanoTime();
    private long known;
    private boolean isFirst = true;
    private volatile long changedNanos;
    private volatile long changedMillis;

    void look(long figure) {
        if (figure != known) {
            // What had happened before the first look happened at some time or other.
            changedNanos = System.nanoTime();
            changedMillis = System.currentTimeMillis();
        } else if (isFirst) {
            changedNanos = sinceNanos;
        }
        known = figure;
        isFirst = false;
    }

    /** Unix time, 0 for never. */
    long millis() {
        return changedMillis;
    }

    /** Since it grew, or since it was first looked at. */
    long secondsSince() {
        long from = changedMillis == 0 ? sinceNanos : changedNanos;
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from);
    }

    boolean hasHappenedWithin(long seconds) {
        return changedMillis != 0 && secondsSince() < seconds;
    }
}
