package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SequenceWatchTest {
    private final PacketStats stats = new PacketStats();
    private long nowMillis = 1_700_000_000_123L;
    private final SequenceWatch watch = new SequenceWatch(stats, () -> nowMillis);

    private void assertLost(long packets, long gaps, int... sequences) {
        for (int sequence : sequences) {
            watch.see(sequence);
        }
        assertEquals(packets, stats.lostEvents());
        assertEquals(gaps, stats.gaps());
    }

    @Test
    void whatIsMissingIsCountedToo() {
        assertLost(0, 0, 0, 1, 2);
        assertLost(4, 1, 7);
        assertLost(4, 1, 8, 9);
        assertLost(5, 2, 11);
        assertEquals(0, stats.restarts());
    }

    /** The group counts from 0 on since it was taken. */
    @Test
    void whatIsLostFirstIsCounted() {
        assertLost(3, 1, 3);
    }

    @Test
    void numbersWrap() {
        assertLost(0x7fff_fff0L, 1, 0x7fff_fff0);
        assertLost(0xefff_ffefL, 2, 0xefff_fff0);
        assertLost(0xffff_fffcL, 3, 0xffff_fffe);
        assertLost(0xffff_fffeL, 4, 1);
        assertEquals(0, stats.restarts());
    }

    @Test
    void aCountThatBeginsAnewIsNoLoss() {
        assertLost(0, 0, 0, 1, 2, 3);
        assertLost(0, 0, 0, 1);
        assertLost(1, 1, 3);
        assertEquals(1, stats.restarts());
    }

    @Test
    void timesAreThoseOfTheFirstAndTheLastLoss() {
        assertLost(1, 1, 1);
        nowMillis += 5_000;
        assertLost(2, 2, 3);
        assertEquals(1_700_000_000_000L, stats.firstLostMillis());
        assertEquals(1_700_000_005_000L, stats.lastLostMillis());
    }
}
