package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.export.NursElements;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flows of whose end the kernel does not tell, or tells nobody who listens, on the real kernel. */
@Tag("netns")
class UnseenEndsTest {
    private static final String EVENTS = "net.netfilter.nf_conntrack_events";
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress SERVER6 = Traffic.at(Lab.SERVER6, Lab.PLAIN);
    private static final int FIRST_PORT = 20_000;
    private static final int IDLE_TIMEOUT = 1;

    @TempDir
    Path directory;

    private Lab lab;
    private Traffic traffic;
    private RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        traffic = new Traffic(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private Subject start(String sourceOptions) throws Exception {
        return Subject.start(lab, sourceOptions, "", collector.port());
    }

    /**
     * With 2, the kernel's default, an entry made while nobody listened has no events; one made with 0 has none for sure,
     * whatever else listens on this host. After the last packet all of it is reported, and then that it is gone.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aFlowWithoutEventsIsFollowedToItsEnd(int events) throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", 8);
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", 8);
        lab.sysctl(EVENTS, 0);
        try (OpenUdp flow = traffic.openUdp(SERVER)) {
            flow.exchange(5, 100, 200);
            lab.sysctl(EVENTS, events);
            try (Subject subject = start("first-start: export")) {
                Wait.until("it is found", () -> subject.source().stats().seen() == 1);
                flow.exchange(3, 100, 200);
                long last = System.currentTimeMillis();
                Wait.until("it has expired", () -> ConntrackWatch.live(lab).isEmpty());
                subject.waitForEnded(1);
                collector.waitForDatagrams(subject.stop());

                assertEquals(lab.forwarded(), sum(collector.facts()));
                assertEquals(1, subject.source().stats().unwatched());
                List<DataRecord> marked = marked();
                assertEquals(1, marked.size(), "one record says that it is gone");
                DataRecord gone = marked.getFirst();
                assertEquals(IDLE_TIMEOUT, gone.unsigned(IanaElements.flowEndReason));
                assertEquals(0, gone.unsigned(IanaElements.octetDeltaCount));
                long end = collector.facts().stream()
                        .filter(fact -> fact.bytes() > 0)
                        .mapToLong(FlowFact::lastMillis)
                        .max()
                        .orElseThrow();
                assertTrue(Math.abs(end - last) <= 1_000, () -> "ended at " + end + ", last packet by " + last);
            }
        }
    }

    @Test
    void flowsThatEndedWhileNobodyWatchedAreCountedAndMarked() throws Exception {
        String options = "active-timeout: 1s, first-start: export, state-file: " + directory.resolve("totals");
        try (OpenUdp lives = traffic.openUdp(SERVER);
                OpenUdp ends = traffic.openUdp(SERVER6)) {
            Counted reported;
            try (Subject subject = start(options)) {
                lives.exchange(4, 100, 200);
                ends.exchange(2, 100, 200);
                Wait.until("both are reported", () -> lab.forwarded().equals(sum(collector.facts())));
                reported = lab.forwarded();
                subject.stop();
            }
            ends.exchange(3, 100, 200);
            Counted unknown = lab.forwarded().minus(reported);
            lab.inRouter("conntrack", "-D", "-f", "ipv6", "-p", "udp");
            lives.exchange(5, 100, 200);
            try (Subject subject = start(options)) {
                Wait.until("it is missed", () -> subject.source().stats().unwatched() == 1);
                Counted known = lab.forwarded().minus(unknown);
                Wait.until("the other goes on", () -> known.equals(sum(collector.facts())));
                subject.stop();
                assertEquals(1, marked().size());
                assertTrue(marked().getFirst().has(IanaElements.sourceIPv6Address));
                assertTrue(subject.source().ledger().isEven(), subject.source().ledger()::toString);
            }
        }
    }

    /** What the buffer could not take is lost, and its number known: a walk finds which flows they were. */
    @Test
    void flowsWhoseEndWasLostAreFound() throws Exception {
        int count = 6_000;
        try (Subject subject = start("delivery: best-effort, receive-buffer: 16KiB, active-timeout: 2s")) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, count);
            Wait.until("all are known", () -> subject.source().ledger().live() == count);
            Wait.until("all are reported", () -> lab.forwarded().equals(sum(collector.facts())));
            lab.inRouter("conntrack", "-F");
            ConntrackStats stats = subject.source().stats();
            Wait.until(() -> "all are accounted for: " + stats.ended(), () -> stats.ended() == count);
            collector.waitForDatagrams(subject.stop());
            assertTrue(stats.lostEvents() > 0, "the buffer was meant to be too small");
            assertEquals(stats.lostEvents(), stats.unwatched());
            assertEquals(stats.unwatched(), marked().size());
            assertEquals(lab.forwarded(), sum(collector.facts()));
            assertTrue(subject.source().ledger().isEven(), subject.source().ledger()::toString);
        }
    }

    @Test
    void liveFlowsAreReportedWhenAsked() throws Exception {
        try (Subject subject = start("active-timeout: 1h");
                OpenUdp flow = traffic.openUdp(SERVER)) {
            Wait.until("the first lap", () -> subject.source().stats().dumps() > 0);
            flow.exchange(3, 100, 200);
            subject.appliance().reportNow();
            Wait.until("a report", () -> lab.forwarded().equals(sum(collector.facts())));
            flow.exchange(2, 100, 200);
            subject.appliance().reportNow();
            Wait.until("another", () -> lab.forwarded().equals(sum(collector.facts())));
            assertEquals(0, subject.source().stats().ended());
        }
    }

    private List<DataRecord> marked() {
        List<DataRecord> marked = new ArrayList<>();
        for (DataRecord record : collector.records()) {
            if (record.has(NursElements.flowEndEvidence)
                    && record.unsigned(NursElements.flowEndEvidence) == ConntrackFlow.END_NOT_SEEN) {
                marked.add(record);
            }
        }
        return marked;
    }

    private static Counted sum(List<FlowFact> facts) {
        return facts.stream()
                .map(fact -> new Counted(fact.packets(), fact.bytes()))
                .reduce(new Counted(0, 0), Counted::plus);
    }
}
