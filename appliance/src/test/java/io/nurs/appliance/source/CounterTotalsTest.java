package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.source.ConntrackCounter.Group;
import java.util.List;
import org.junit.jupiter.api.Test;

class CounterTotalsTest {
    private static final ConntrackCounter DROP = new ConntrackCounter(Group.TABLE, 10);
    private static final ConntrackCounter ENTRIES = new ConntrackCounter(Group.LEVELS, 1);

    private final CounterTotals totals = new CounterTotals(true);

    private List<CounterReport> read(ConntrackCounter counter, long cpu0, long cpu1) {
        totals.begin();
        totals.add(counter, 0, cpu0);
        totals.add(counter, 1, cpu1);
        return totals.end(7);
    }

    @Test
    void aCounterOf32BitsThatBeginsAgainGoesOnIn64() {
        assertEquals(List.of(), read(DROP, 0xffff_fff0L, 5));
        assertEquals(
                List.of(
                        new CounterReport(DROP, CounterReport.ALL_CPUS, 0x1_0000_0015L, 0x20, 7),
                        new CounterReport(DROP, 0, 0x1_0000_0010L, 0x20, 7),
                        new CounterReport(DROP, 1, 5, 0, 7)),
                read(DROP, 0x10, 5));
        assertEquals(0x1_0000_0012L, read(DROP, 0x12, 5).get(1).value());
    }

    @Test
    void whatAReadingThatFailedHasReadIsInTheNextReport() {
        read(DROP, 1, 1);
        totals.begin();
        totals.add(DROP, 0, 4);
        List<CounterReport> report = read(DROP, 6, 1);
        assertEquals(new CounterReport(DROP, CounterReport.ALL_CPUS, 7, 5, 7), report.getFirst());
    }

    @Test
    void aLevelIsWhatItIsNow() {
        read(ENTRIES, 5, 5);
        totals.begin();
        totals.add(ENTRIES, CounterReport.ALL_CPUS, 3);
        assertEquals(List.of(new CounterReport(ENTRIES, CounterReport.ALL_CPUS, 3, 0, 7)), totals.end(7));
    }

    @Test
    void aCounterOfANewerKernelHasANumberForAName() {
        assertEquals("counter-17", new ConntrackCounter(Group.TABLE, 17).name());
        assertEquals(17, new ConntrackCounter(Group.TABLE, 17).id());
        assertEquals("chaintoolong", new ConntrackCounter(Group.TABLE, 15).name());
        assertEquals("expect_delete", new ConntrackCounter(Group.EXPECTATIONS, 3).name());
        assertEquals(2002, new ConntrackCounter(Group.LEVELS, 2).id());
    }
}
