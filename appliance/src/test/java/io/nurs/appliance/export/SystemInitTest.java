package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.flow.SystemUptime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Uptimes in IPFIX, whose reader knows no more than the last systemInitTimeMilliseconds. */
class SystemInitTest {
    private static final long BOOT = 1_700_000_000_000L;

    @Test
    void aReaderFindsTheTimeAlsoAfter50Days() {
        SystemInit init = new SystemInit(new SystemUptime(BOOT));
        for (long uptime : new long[] {0, 1_000, (1L << 32) - 1, (1L << 32) + 1_000, 5 * (1L << 32) + 7}) {
            long now = BOOT + uptime;
            long told = init.epochMillis(now);
            assertEquals(now, told + Integer.toUnsignedLong(init.at(now)), "uptime " + uptime);
            long earlier = now - Math.min(uptime, Duration.ofDays(20).toMillis());
            assertEquals(earlier, told + Integer.toUnsignedLong(init.at(earlier)), "flow start at uptime " + uptime);
        }
    }

    @Test
    void itIsTheBootForSevenWeeks() {
        SystemInit init = new SystemInit(new SystemUptime(BOOT));
        assertEquals(BOOT, init.epochMillis(BOOT + Duration.ofDays(48).toMillis()));
        assertTrue(init.epochMillis(BOOT + Duration.ofDays(49).toMillis()) > BOOT);
    }
}
