package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EndedOnceTest {
    private static final int REMEMBERED = 1 << 16;

    private final EndedOnce once = new EndedOnce();

    @Test
    void neverTakesAFirstTimeForARepetition() {
        for (long key = 1; key <= 10L * REMEMBERED; key++) {
            assertFalse(once.isRepeated(scattered(key)));
        }
    }

    @Test
    void remembersTheLastOnes() {
        for (long key = 1; key <= 10L * REMEMBERED; key++) {
            once.isRepeated(scattered(key));
            if (key % 1_000 == 0) {
                assertTrue(once.isRepeated(scattered(Math.max(1, key - REMEMBERED + 1))));
            }
        }
    }

    /** Keys that meet in one place of the table do not hide each other. */
    @Test
    void tellsApartWhatMeets() {
        for (long high = 1; high <= 1_000; high++) {
            assertFalse(once.isRepeated(high << 40));
        }
        for (long high = 1; high <= 1_000; high++) {
            assertTrue(once.isRepeated(high << 40));
        }
    }

    private static long scattered(long key) {
        return key * 0x9e3779b97f4a7c15L;
    }
}
