package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final RateLimit limit = new RateLimit();

    @Test
    void permitsTheFirstAndCountsTheRest() {
        assertTrue(limit.permits());
        assertEquals("", limit.suppressed());
        assertFalse(limit.permits());
        assertFalse(limit.permits());
        assertEquals(" (and 2 times more since the last such line)", limit.suppressed());
        assertEquals("", limit.suppressed());
    }
}
