package io.nurs.flow;

import java.time.Instant;

/**
 * RFC 7011 §6.1.9, §6.1.10: seconds since 1900 and a fraction of 2^-32 seconds, 32 bits each. The seconds wrap in 2036;
 * as RFC 4330 §3 has it, those without their highest bit are of the era that begins then.
 *
 * <p>Fractions are rounded up, because readers round down: what was written as 1 µs is then read as 1 µs.
 */
final class NtpTime {
    /** Seconds from 1900 to 1970. */
    private static final long EPOCH_OFFSET = 2_208_988_800L;

    private static final long ERA = 1L << 32;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MICRO = 1000;

    /** The lowest 11 bits of a dateTimeMicroseconds SHOULD be zero, and are not to be read. */
    private static final long MICROSECONDS_UNUSED = 0x7ff;

    private NtpTime() {}

    static long ofNanoseconds(long epochNanos) {
        return seconds(epochNanos) | fraction(Math.floorMod(epochNanos, NANOS_PER_SECOND));
    }

    static long ofMicroseconds(long epochNanos) {
        long nanos = Math.floorMod(epochNanos, NANOS_PER_SECOND);
        long fraction = fraction(nanos - nanos % NANOS_PER_MICRO);
        return seconds(epochNanos) | ((fraction + MICROSECONDS_UNUSED) & ~MICROSECONDS_UNUSED);
    }

    private static long seconds(long epochNanos) {
        return (Math.floorDiv(epochNanos, NANOS_PER_SECOND) + EPOCH_OFFSET) << 32;
    }

    private static long fraction(long nanos) {
        return Math.ceilDiv(nanos << 32, NANOS_PER_SECOND);
    }

    static Instant toNanoseconds(long timestamp) {
        return instant(timestamp, ((timestamp & 0xffff_ffffL) * NANOS_PER_SECOND) >>> 32);
    }

    static Instant toMicroseconds(long timestamp) {
        long fraction = timestamp & 0xffff_ffffL & ~MICROSECONDS_UNUSED;
        long micros = (fraction * (NANOS_PER_SECOND / NANOS_PER_MICRO)) >>> 32;
        return instant(timestamp, micros * NANOS_PER_MICRO);
    }

    private static Instant instant(long timestamp, long nanos) {
        long seconds = timestamp >>> 32;
        return Instant.ofEpochSecond((timestamp < 0 ? seconds : seconds + ERA) - EPOCH_OFFSET, nanos);
    }
}
