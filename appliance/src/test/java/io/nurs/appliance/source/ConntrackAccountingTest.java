package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.EmptyFlows;
import io.nurs.appliance.config.MarkMatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConntrackAccountingTest {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final List<Report> reports = new ArrayList<>();
    private long nowMillis = 1_000;
    private EmbeddedSource source = source(EmptyFlows.SKIP, null);

    private record Report(long startMillis, long endMillis, int reason, long bytes) {}

    private EmbeddedSource source(EmptyFlows empty, @Nullable MarkMatch mark) {
        ConntrackSourceConfig defaults = ConntrackSourceConfig.defaults("flows");
        ConntrackSourceConfig config = new ConntrackSourceConfig(
                defaults.name(),
                Accounting.RESET,
                defaults.activeTimeout(),
                empty,
                defaults.delivery(),
                defaults.guardPercent(),
                mark,
                defaults.namespace(),
                defaults.receiveBufferBytes(),
                defaults.readers(),
                defaults.setSysctls(),
                defaults.firstStart(),
                defaults.stateFile(),
                defaults.maxFlows(),
                defaults.natEvents(),
                defaults.shutdownTimeout());
        return new EmbeddedSource(
                config,
                () -> Instant.ofEpochMilli(nowMillis),
                flow -> reports.add(new Report(
                        flow.startNanos() / NANOS_PER_MILLI,
                        flow.endNanos() / NANOS_PER_MILLI,
                        flow.endReason(),
                        flow.originalBytes())));
    }

    private static EntryMessage ended(long startMillis, long stopMillis) {
        return EntryMessage.destroy().startMillis(startMillis).stopMillis(stopMillis);
    }

    private void baseline(long atMillis, EntryMessage... entries) {
        nowMillis = atMillis;
        source.accounting().beginBaseline();
        source.read(entries);
        source.accounting().endDump();
    }

    private void dump(long atMillis, EntryMessage... entries) {
        nowMillis = atMillis;
        source.accounting().beginDump(FlowEndReason.ACTIVE_TIMEOUT);
        source.read(entries);
        source.accounting().endDump();
    }

    private static EntryMessage live(long startMillis, long bytes) {
        return EntryMessage.dumped().startMillis(startMillis).counters(1, bytes, 0, 0);
    }

    @Test
    void reportsAnEndWithTheKernelsTimes() {
        source.read(ended(400, 900).counters(1, 60, 2, 120));
        assertEquals(List.of(new Report(400, 900, FlowEndReason.IDLE_TIMEOUT, 60)), reports);
        assertEquals(1, source.stats().ended());
        assertEquals(1, source.stats().reported());
    }

    @Test
    void intervalsAbut() {
        baseline(2_000, live(500, 7));
        dump(3_000, live(500, 10));
        dump(4_000, live(500, 20));
        source.read(ended(500, 4_500).counters(1, 30, 0, 0));
        assertEquals(
                List.of(
                        new Report(2_000, 3_000, FlowEndReason.ACTIVE_TIMEOUT, 10),
                        new Report(3_000, 4_000, FlowEndReason.ACTIVE_TIMEOUT, 20),
                        new Report(4_000, 4_500, FlowEndReason.IDLE_TIMEOUT, 30)),
                reports);
        assertEquals(0, source.stats().empty());
    }

    @Test
    void anEndIsReportedFromTheDumpBeforeItHoweverLateItIsTold() {
        baseline(2_000);
        dump(3_000);
        dump(4_000);
        dump(5_000);
        source.read(
                ended(500, 3_500).id(1).counters(1, 30, 0, 0),
                ended(500, 1_500).id(2).counters(1, 40, 0, 0));
        assertEquals(
                List.of(
                        new Report(3_000, 3_500, FlowEndReason.IDLE_TIMEOUT, 30),
                        new Report(500, 1_500, FlowEndReason.IDLE_TIMEOUT, 40)),
                reports);
    }

    @Test
    void anEntryYoungerThanTheDumpBeforeBeginsWithItself() {
        baseline(2_000);
        dump(3_000, live(2_700, 10));
        assertEquals(List.of(new Report(2_700, 3_000, FlowEndReason.ACTIVE_TIMEOUT, 10)), reports);
    }

    @Test
    void anEntryMadeWhileTheDumpRunsDoesNotEndBeforeItBegins() {
        baseline(2_000);
        dump(3_000, live(3_020, 10));
        assertEquals(List.of(new Report(3_020, 3_020, FlowEndReason.ACTIVE_TIMEOUT, 10)), reports);
    }

    @Test
    void withoutTimestampsADumpIsTheStartAndNowTheEnd() {
        baseline(2_000);
        nowMillis = 2_600;
        source.read(EntryMessage.destroy().counters(1, 60, 0, 0));
        assertEquals(List.of(new Report(2_000, 2_600, FlowEndReason.IDLE_TIMEOUT, 60)), reports);
    }

    @Test
    void withoutTimestampsAndDumpsAFlowIsAPointNow() {
        nowMillis = 2_600;
        source.read(EntryMessage.destroy().counters(1, 60, 0, 0));
        assertEquals(List.of(new Report(2_600, 2_600, FlowEndReason.IDLE_TIMEOUT, 60)), reports);
    }

    @Test
    void entriesWithoutTrafficAreCountedAndSkipped() {
        dump(2_000, live(500, 0));
        source.read(ended(400, 900), ended(400, 900).id(2).counters(0, 0, 0, 0));
        assertEquals(List.of(), reports);
        assertEquals(2, source.stats().empty());
        assertEquals(2, source.stats().ended());
    }

    @Test
    void endsWithoutTrafficAreReportedIfAskedAndLiveEntriesNot() {
        source = source(EmptyFlows.REPORT, null);
        dump(2_000, live(500, 0));
        source.read(ended(2_400, 2_900));
        assertEquals(List.of(new Report(2_400, 2_900, FlowEndReason.IDLE_TIMEOUT, 0)), reports);
        assertEquals(0, source.stats().empty());
    }

    @Test
    void aReplyAloneIsTraffic() {
        source.read(ended(400, 900).counters(0, 0, 1, 60));
        assertEquals(1, reports.size());
    }

    @Test
    void otherMarksAreLeftToOthers() {
        source = source(EmptyFlows.SKIP, new MarkMatch(0, 0x1000));
        source.read(
                ended(400, 900).id(1).mark(0x1001).counters(1, 60, 0, 0),
                ended(400, 900).id(2).mark(0x2001).counters(1, 70, 0, 0));
        assertEquals(1, reports.size());
        assertEquals(70, reports.getFirst().bytes());
        assertEquals(1, source.stats().otherMark());
        assertEquals(1, source.stats().ended());
    }

    @Test
    void anEndThatTheKernelRepeatsCountsOnce() {
        source.read(
                ended(400, 900).counters(1, 60, 0, 0),
                ended(400, 901).counters(1, 60, 0, 0),
                ended(400, 900).counters(1, 60, 0, 0));
        assertEquals(2, reports.size());
        assertEquals(1, source.stats().repeated());
        assertEquals(2, source.stats().ended());
    }

    @Test
    void updatesAreNoReports() {
        source.read(EntryMessage.update().counters(1, 60, 0, 0));
        assertEquals(List.of(), reports);
        assertEquals(0, source.stats().empty());
    }
}
