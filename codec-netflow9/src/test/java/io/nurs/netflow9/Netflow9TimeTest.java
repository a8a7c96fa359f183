package io.nurs.netflow9;

import static io.nurs.netflow9.EncoderFixture.only;
import static io.nurs.netflow9.EncoderFixture.u32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.flow.SystemUptime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The header's clock: collectors compute flow times from it. */
class Netflow9TimeTest {
    private final EncoderFixture encoder = new EncoderFixture();

    @AfterEach
    void close() {
        encoder.close();
    }

    @Test
    void bootOfTheHeaderIsConstantToTheMillisecond() {
        SystemUptime uptime = new SystemUptime(1_700_000_000_123L);
        try (EncoderFixture stepping = new EncoderFixture(EncoderFixture.OPTIONS, uptime)) {
            long[] steps = {1, 7, 250, 999, 1000, 1001, 86_400_000, -3_600_000, -1};
            for (int i = 0; i < 5000; i++) {
                stepping.nowMillis += steps[i % steps.length];
                stepping.write(TestFlow.IPV4, TestFlow.REQUEST);
                byte[] datagram = only(stepping.flushed());
                long boot = u32(datagram, 8) * 1000 - u32(datagram, 4);
                // The uptime wraps after 49.7 days, and the simulated time goes on for years.
                assertEquals(1_700_000_000_123L & 0xffff_ffffL, boot & 0xffff_ffffL);
            }
        }
    }

    @Test
    void uptimeWrapsAfter49Days() {
        long wrap = TestFlow.UPTIME.bootEpochMillis() + (1L << 32);
        assertEquals(-1, TestFlow.UPTIME.at(wrap - 1));
        assertEquals(0, TestFlow.UPTIME.at(wrap));
        // The wrap is at .796 of a second, the next whole one is 204 ms later.
        encoder.nowMillis = wrap - 1;
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(204, u32(only(encoder.sent()), 4));
    }

    @Test
    void noFlowEndsAfterTheUptimeOfItsDatagram() {
        for (int millis = 0; millis < 2000; millis += 37) {
            encoder.nowMillis += millis;
            TestFlow flow = new TestFlow(
                    TestFlow.REQUEST.source(),
                    TestFlow.REQUEST.destination(),
                    1,
                    2,
                    6,
                    0,
                    1,
                    2,
                    3,
                    4,
                    encoder.nowMillis,
                    encoder.nowMillis);
            encoder.write(TestFlow.IPV4, flow);
            byte[] datagram = only(encoder.flushed());
            long end = u32(datagram, datagram.length - 2 - 4);
            assertTrue(Long.compareUnsigned(end, u32(datagram, 4)) <= 0);
            assertTrue(u32(datagram, 4) - end < 1000);
        }
    }
}
