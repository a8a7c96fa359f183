package io.nurs.appliance.source;

import java.time.Duration;
import java.time.Instant;

/** The time of day in nanoseconds, for each packet: finer than System.currentTimeMillis(), and no object each time as Instant.now() is. */
final class WallClock {
    /** So often it is set anew, as the wall clock may step. */
    private static final long HOLDS_NANOS = Duration.ofSeconds(1).toNanos();

    private long epochNanos;
    private long setNanos = System.nanoTime() - HOLDS_NANOS;

    long epochNanos() {
        long now = System.nanoTime();
        if (now - setNanos >= HOLDS_NANOS) {
            Instant instant = Instant.now();
            epochNanos = instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
            setNanos = now;
        }
        return epochNanos + now - setNanos;
    }
}
