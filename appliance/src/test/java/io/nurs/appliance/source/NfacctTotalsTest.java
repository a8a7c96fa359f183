package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.nurs.netlink.nfacct.NfacctObject;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NfacctTotalsTest {
    private final PolledStats stats = new PolledStats();

    private static NfacctObject object(long packets, long octets) {
        return new NfacctObject("web", packets, octets, 1, 0, 0);
    }

    private static void is(@Nullable NfacctReport report, long packets, long octets, long since) {
        NfacctReport there = Objects.requireNonNull(report);
        assertEquals(packets, there.packets());
        assertEquals(octets, there.octets());
        assertEquals(since, there.startMillis());
    }

    @Test
    void whatCountsOnIsReportedByItsDifference() {
        NfacctTotals totals = new NfacctTotals(false, true, stats);
        assertNull(totals.report(object(5, 500), 1000));
        totals.endReading(1000);
        is(totals.report(object(7, 650), 2000), 2, 150, 1000);
        totals.endReading(2000);
        // Zeroed by another, and fed since.
        is(totals.report(object(3, 400), 3000), 3, 400, 2000);
        assertEquals(1, stats.zeroed());
        assertEquals(1, stats.baseline());
        assertEquals(5, Objects.requireNonNull(totals.reported().get("web")).packets());
    }

    @Test
    void anObjectThatComesLaterHasCountedFromNothing() {
        NfacctTotals totals = new NfacctTotals(false, true, stats);
        totals.endReading(1000);
        is(totals.report(object(5, 500), 2000), 5, 500, 1000);
    }

    @Test
    void oneThatAListingLeftOutOnceIsNotNew() {
        NfacctTotals totals = new NfacctTotals(false, true, stats);
        totals.report(object(5, 500), 1000);
        totals.endReading(1000);
        totals.endReading(2000);
        is(totals.report(object(6, 600), 3000), 1, 100, 1000);
        for (int reading = 3; reading < 8; reading++) {
            totals.endReading(reading * 1000L);
        }
        assertEquals(Set.of(), totals.reported().keySet());
        is(totals.report(object(6, 600), 9000), 6, 600, 7000);
    }

    @Test
    void whatIsSetToZeroIsReportedAsItIs() {
        NfacctTotals totals = new NfacctTotals(true, false, stats);
        is(totals.report(object(5, 500), 1000), 5, 500, 1000);
        totals.endReading(1000);
        is(totals.report(object(2, 200), 2000), 2, 200, 1000);
        assertEquals(0, stats.zeroed());
    }
}
