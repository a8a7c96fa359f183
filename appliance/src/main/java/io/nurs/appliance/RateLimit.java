package io.nurs.appliance;

import java.time.Duration;

/** Keeps a fact that repeats itself from filling the log: one line a minute, and how many were left out. For one thread. */
public final class RateLimit {
    private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private long last = System.nanoTime() - PERIOD_NANOS;
    private long suppressed;

    /** Whether to log now; if not, the occurrence is counted. */
    public boolean permits() {
        long now = System.nanoTime();
        if (now - last < PERIOD_NANOS) {
            suppressed++;
            return false;
        }
        last = now;
        return true;
    }

    /** What to append to the line: how often it was left out since the last one. */
    public String suppressed() {
        long count = suppressed;
        suppressed = 0;
        return count == 0 ? "" : " (and " + count + " times more since the last such line)";
    }
}
