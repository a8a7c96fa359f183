package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NtpTimeTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void countsFromNineteenHundred() {
        assertEquals(0x83aa7e80_00000000L, NtpTime.ofNanoseconds(0));
        assertEquals(0x83aa7e80_80000000L, NtpTime.ofNanoseconds(SECOND / 2));
        assertEquals(0x83aa7e7f_80000000L, NtpTime.ofNanoseconds(-SECOND / 2));
        assertEquals(0x83aa7e81_40000000L, NtpTime.ofMicroseconds(SECOND + SECOND / 4));
    }

    @Test
    void microsecondsLeaveTheLowElevenBitsZero() {
        Random random = new Random(6);
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextLong(4_000_000_000L * SECOND);
            assertEquals(0, NtpTime.ofMicroseconds(nanos) & 0x7ff);
        }
        assertEquals(0xfffff000L, NtpTime.ofMicroseconds(SECOND - 1) & 0xffff_ffffL);
    }

    @Test
    void comesBackToTheNanosecondAndToTheMicrosecond() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextLong(4_000_000_000L * SECOND);
            assertEquals(instant(nanos), NtpTime.toNanoseconds(NtpTime.ofNanoseconds(nanos)));
            assertEquals(instant(nanos - nanos % 1000), NtpTime.toMicroseconds(NtpTime.ofMicroseconds(nanos)));
        }
    }

    @Test
    void beginsASecondEraIn2036() {
        long wrap = 2_085_978_496L * SECOND;
        assertEquals(0xffffffff_00000000L, NtpTime.ofNanoseconds(wrap - SECOND));
        assertEquals(0, NtpTime.ofNanoseconds(wrap));
        assertEquals(Instant.parse("2036-02-07T06:28:16Z"), NtpTime.toNanoseconds(0));
        assertEquals(Instant.parse("2036-02-07T06:28:15Z"), NtpTime.toNanoseconds(0xffffffff_00000000L));
    }

    private static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(0, epochNanos);
    }
}
