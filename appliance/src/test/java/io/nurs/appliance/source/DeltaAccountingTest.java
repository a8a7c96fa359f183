package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What of a flow is reported when, with which reason and time, and where it stands in the ledger. */
class DeltaAccountingTest {
    private static final long BEGIN = 1_700_000_000_000L;
    private static final long LAP = 60_000;
    private static final long BORN = BEGIN + 1_000;
    private static final ConntrackTuple TUPLE = EntryMessage.tuple("198.51.100.2", 40_000, "203.0.113.2", 53);

    private final List<Report> reports = new ArrayList<>();
    private EmbeddedDelta delta = open(BEGIN);

    private record Report(long startMillis, long endMillis, int reason, int evidence, long packets, long bytes) {}

    private EmbeddedDelta open(long nowMillis) {
        return new EmbeddedDelta(
                ConntrackSourceConfig.defaults("flows"),
                nowMillis,
                flow -> reports.add(new Report(
                        flow.startNanos() / 1_000_000,
                        flow.endNanos() / 1_000_000,
                        flow.endReason(),
                        flow.endEvidence(),
                        flow.originalPackets(),
                        flow.originalBytes())));
    }

    @AfterEach
    void close() {
        assertTrue(delta.ledger().isEven(), () -> delta.ledger().toString());
        delta.close();
    }

    private static EntryMessage live(long packets, long bytes) {
        return EntryMessage.dumped()
                .tuples(TUPLE, TUPLE.reversed())
                .startMillis(BORN)
                .counters(packets, bytes, 0, 0);
    }

    private static EntryMessage ended(long stopMillis, long packets, long bytes) {
        return EntryMessage.destroy()
                .tuples(TUPLE, TUPLE.reversed())
                .startMillis(BORN)
                .stopMillis(stopMillis)
                .counters(packets, bytes, 0, 0);
    }

    private static Report onTheWay(long startMillis, long endMillis, long packets, long bytes) {
        return new Report(startMillis, endMillis, FlowEndReason.ACTIVE_TIMEOUT, 0, packets, bytes);
    }

    @Test
    void aFlowIsReportedOnceALapHoweverOftenADumpListsIt() {
        delta.lap(BEGIN + LAP, live(1, 100), live(2, 200));
        delta.lap(BEGIN + 2 * LAP, live(3, 300), live(4, 400));
        assertEquals(
                List.of(onTheWay(BORN, BEGIN + LAP, 1, 100), onTheWay(BEGIN + LAP, BEGIN + 2 * LAP, 2, 200)), reports);
    }

    @Test
    void aLapOutOfTurnReportsNothing() {
        delta.lap(BEGIN + LAP, live(1, 100));
        delta.lap(BEGIN + LAP + 1_000, live(2, 200));
        assertEquals(1, reports.size());
        delta.lap(BEGIN + 2 * LAP, live(3, 300));
        assertEquals(onTheWay(BEGIN + LAP, BEGIN + 2 * LAP, 2, 200), reports.getLast());
    }

    /** Half of active-timeout by a clock that was set back would have been an hour and a half. */
    @Test
    void aClockThatIsSetBackPutsNoReportOffAndMakesNoNegativeDuration() {
        delta.lap(BEGIN + LAP, live(1, 100));
        delta.stepClock(-3_600_000);
        delta.lap(BEGIN + 2 * LAP - 3_600_000, live(2, 200));
        delta.tell(BEGIN + 3 * LAP - 3_600_000, ended(BEGIN + 3 * LAP - 3_600_000, 3, 300));
        assertEquals(3, reports.size());
        assertEquals(300, reports.stream().mapToLong(Report::bytes).sum());
        reports.forEach(report -> assertTrue(report.startMillis <= report.endMillis, report::toString));
    }

    @Test
    void aClockThatIsSetForwardMakesNoReportTwice() {
        delta.lap(BEGIN + LAP, live(1, 100));
        delta.stepClock(3_600_000);
        delta.lap(BEGIN + LAP + 3_600_100, live(2, 200));
        assertEquals(1, reports.size());
        delta.tell(BEGIN + LAP + 3_600_200, ended(BEGIN + LAP + 3_600_200, 2, 200));
        assertEquals(200, reports.stream().mapToLong(Report::bytes).sum());
        reports.forEach(report -> assertTrue(report.startMillis <= report.endMillis, report::toString));
    }

    @Test
    void whatADumpListsAfterItsEndIsOver() {
        delta.lap(BEGIN + LAP, live(1, 100));
        delta.tell(BEGIN + LAP + 10, ended(BEGIN + LAP + 5, 2, 200));
        delta.lap(BEGIN + 2 * LAP, live(2, 200));
        assertEquals(2, reports.size());
        assertEquals(0, delta.flows());
    }

    @Test
    void anEndThatIsToldTwiceCountsOnce() {
        delta.tell(BEGIN + 2_000, ended(BEGIN + 1_900, 2, 200), ended(BEGIN + 1_900, 2, 200));
        assertEquals(1, reports.size());
        assertEquals(1, delta.stats().ended());
        assertEquals(1, delta.stats().repeated());
    }

    /** Another listener stood still for an hour, and what it had no room for is told to all. */
    @Test
    void anEndThatIsToldAgainAfterAnHourCountsOnce() {
        delta.tell(BEGIN + 2_000, ended(BEGIN + 1_900, 2, 200));
        for (int lap = 1; lap <= 60; lap++) {
            delta.lap(BEGIN + lap * LAP);
        }
        delta.tell(BEGIN + 61 * LAP, ended(BEGIN + 1_900, 2, 200));
        assertEquals(1, reports.size());
        assertEquals(1, delta.stats().repeated());
    }

    /** What was forgotten cannot be told from what is new: it must not be lost. */
    @Test
    void afterTheClockWasSetBackEndsAreNotTakenForForgottenOnes() {
        for (int lap = 1; lap <= 60; lap++) {
            delta.lap(BEGIN + lap * LAP);
        }
        delta.stepClock(-3_600_000);
        delta.tell(BEGIN + LAP, ended(BEGIN + LAP - 10, 2, 200));
        assertEquals(1, reports.size());
        assertEquals(0, delta.stats().repeated());
    }

    @Test
    void aFlowThatVanishedIsReportedAsOfItsLastReportWithAMark() {
        delta.lap(BEGIN + LAP, live(1, 100));
        delta.vanish(0);
        assertEquals(
                new Report(BEGIN + LAP, BEGIN + LAP, FlowEndReason.IDLE_TIMEOUT, ConntrackFlow.END_NOT_SEEN, 0, 0),
                reports.getLast());
        assertEquals(1, delta.stats().unwatched());
        assertEquals(0, delta.ledger().exported());
        assertEquals(1, delta.ledger().accounted());
    }

    /** The kernel had built the dump's datagram while the flow lived, and the walk reads it late. */
    @Test
    void aDumpThatListsAFlowThatWasGivenUpDoesNotBringItBack() {
        delta.lap(BEGIN + LAP, live(1, 100));
        delta.vanish(0);
        delta.lap(BEGIN + 2 * LAP, live(1, 100));
        delta.tell(BEGIN + 2 * LAP + 5, ended(BEGIN + LAP + 5, 1, 100));
        assertEquals(100, reports.stream().mapToLong(Report::bytes).sum());
        assertEquals(1, delta.stats().ended());
        assertEquals(0, delta.flows());
    }

    /** Read of the kernel by itself after the dump's datagram was built, and before that is read. */
    @Test
    void aDumpOlderThanWhatWasReadMeanwhileIsNoZeroing() {
        delta.muteBefore(BORN + 1);
        delta.lap(
                BEGIN + LAP,
                live(1, 100).timeoutSeconds(5),
                live(3, 300).timeoutSeconds(5),
                live(2, 200).timeoutSeconds(5));
        assertEquals(300, reports.stream().mapToLong(Report::bytes).sum());
        assertEquals(0, delta.stats().zeroed());
    }

    @Test
    void countersSetToZeroByAnotherReaderGoOnFromThere() {
        delta.lap(BEGIN + LAP, live(5, 500));
        delta.lap(BEGIN + 2 * LAP, live(2, 200));
        delta.tell(BEGIN + 2 * LAP + 5, ended(BEGIN + 2 * LAP + 5, 3, 300));
        assertEquals(500 + 200 + 100, reports.stream().mapToLong(Report::bytes).sum());
        assertEquals(1, delta.stats().zeroed());
    }

    @Test
    void aMuteFlowThatMayBeGoneByTheVisitAfterNextIsReportedNow() {
        delta.muteBefore(BORN + 1);
        delta.lap(BEGIN + LAP, live(1, 100).timeoutSeconds(30));
        delta.lap(BEGIN + LAP + 5_000, live(2, 200).timeoutSeconds(25));
        assertEquals(1, reports.size(), "it is visited again before it expires");
        delta.lap(BEGIN + LAP + 20_000, live(2, 200).timeoutSeconds(10));
        assertEquals(2, reports.size());
        assertEquals(200, reports.stream().mapToLong(Report::bytes).sum());
    }

    @Test
    void flowsBornSinceWeListenAreNotMute() {
        delta.muteBefore(BORN);
        delta.lap(BEGIN + LAP, live(1, 100).timeoutSeconds(30));
        delta.lap(BEGIN + LAP + 5_000, live(2, 200).timeoutSeconds(1));
        assertEquals(1, reports.size());
    }

    @Test
    void withoutAnyEventsEveryFlowIsMute() {
        delta.muteBefore(Long.MAX_VALUE / 1_000_000 + 1);
        delta.lap(BEGIN + LAP, live(1, 100).timeoutSeconds(30));
        delta.lap(BEGIN + LAP + 5_000, live(2, 200).timeoutSeconds(9));
        assertEquals(2, reports.size());
    }

    @Test
    void anIdleFlowEndsAtItsLastPacket() {
        delta.timeouts(Map.of("udp_timeout", 30));
        delta.lap(BEGIN + LAP, live(1, 100).timeoutSeconds(20));
        assertEquals(BEGIN + LAP - 9_500, reports.getLast().endMillis, "ten seconds, of which the last was cut");
        delta.tell(BEGIN + 2 * LAP, ended(BEGIN + 2 * LAP - 20_000, 2, 200));
        assertEquals(BEGIN + 2 * LAP - 50_000, reports.getLast().endMillis);
        assertEquals(ConntrackFlow.END_SEEN, reports.getLast().evidence);
    }

    @Test
    void anEndWhoseTimerIsUnknownIsMarked() {
        delta.tell(BEGIN + LAP, ended(BEGIN + LAP - 5, 2, 200));
        assertEquals(BEGIN + LAP - 5, reports.getLast().endMillis);
        assertEquals(ConntrackFlow.END_TIME_INFERRED, reports.getLast().evidence);
        assertEquals(1, delta.ledger().exported());
    }

    @Test
    void withoutTimestampsOnlyTheFirstLapTakesFlowsForMute() {
        delta.muteBefore(BORN + 1);
        EntryMessage early = EntryMessage.dumped().id(7).counters(1, 100, 0, 0).timeoutSeconds(5);
        delta.lap(BEGIN + LAP, early);
        assertTrue((delta.totals().flags(0) & DeltaAccounting.MUTE) != 0);
        delta.lap(
                BEGIN + 2 * LAP,
                EntryMessage.dumped().id(8).counters(1, 100, 0, 0).timeoutSeconds(5));
        assertEquals(0, delta.totals().flags(1) & DeltaAccounting.MUTE);
    }

    @Test
    void flowsFromBeforeTheFirstStartCountFromThere() {
        delta.close();
        delta = open(BORN + 5_000);
        delta.lap(BORN + 6_000, live(10, 1_000));
        delta.lap(BORN + LAP, live(12, 1_200));
        assertEquals(List.of(onTheWay(BORN + 6_000, BORN + LAP, 2, 200)), reports);
        assertEquals(1, delta.stats().baseline());
    }

    @Test
    void aFlowFromBeforeThatEndsUnmetIsAccountedForAndNotReported() {
        delta.close();
        delta = open(BORN + 5_000);
        delta.tell(BORN + 6_000, ended(BORN + 5_500, 10, 1_000));
        assertEquals(List.of(), reports);
        assertEquals(1, delta.ledger().fromBefore());
    }
}
