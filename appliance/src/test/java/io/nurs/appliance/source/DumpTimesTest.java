package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DumpTimesTest {
    private final DumpTimes times = new DumpTimes();

    @Test
    void knowsNoneAtFirst() {
        assertEquals(0, times.last());
        assertEquals(0, times.lastUpTo(Long.MAX_VALUE));
    }

    @Test
    void findsTheLastOneUpToAnInstant() {
        times.add(100);
        times.add(200);
        times.add(300);
        assertEquals(300, times.last());
        assertEquals(0, times.lastUpTo(99));
        assertEquals(100, times.lastUpTo(100));
        assertEquals(200, times.lastUpTo(299));
        assertEquals(300, times.lastUpTo(301));
    }

    @Test
    void forgetsWhatIsLongAgo() {
        for (int i = 1; i <= 1_000; i++) {
            times.add(i);
        }
        assertEquals(937, times.lastUpTo(937));
        assertEquals(0, times.lastUpTo(936));
    }
}
