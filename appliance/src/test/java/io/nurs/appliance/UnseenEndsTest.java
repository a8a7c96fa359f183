package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.export.NursElement;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flows of whose end the kernel does not tell, or tells nobody who listens, on the real kernel. */
class UnseenEndsTest extends RouterTest {
    private static final String EVENTS = "net.netfilter.nf_conntrack_events";
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress SERVER6 = Traffic.at(Lab.SERVER6, Lab.PLAIN);
    private static final InformationElement EVIDENCE = NursElement.flowEndEvidence.in(FlowProtocol.NETFLOW9, 0);
    private static final int FIRST_PORT = 20_000;
    private static final int IDLE_TIMEOUT = 1;

    @TempDir
    Path directory;

    private Subject start(String sourceOptions) throws Exception {
        return Subject.start(lab, sourceOptions, "enterprise-elements: all", collector.port());
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

                assertEquals(lab.forwarded(), collector.total());
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
                Wait.until("both are reported", () -> lab.forwarded().equals(collector.total()));
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
                Wait.until("the other goes on", () -> known.equals(collector.total()));
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
            Wait.until("all are reported", () -> lab.forwarded().equals(collector.total()));
            lab.inRouter("conntrack", "-F");
            ConntrackStats stats = subject.source().stats();
            Wait.until(() -> "all are accounted for: " + stats.ended(), () -> stats.ended() == count);
            collector.waitForDatagrams(subject.stop());
            assertTrue(stats.lostEvents() > 0, "the buffer was meant to be too small");
            assertEquals(stats.lostEvents(), stats.unwatched());
            assertEquals(stats.unwatched(), marked().size());
            assertEquals(lab.forwarded(), collector.total());
            assertTrue(subject.source().ledger().isEven(), subject.source().ledger()::toString);
        }
    }

    /** The first reader sets the sysctl, and the others must know what it was. */
    @Test
    void everyReaderFollowsItsMuteFlows() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", 8);
        lab.sysctl(EVENTS, 0);
        int count = 20;
        traffic.manyUdpFlows(SERVER, FIRST_PORT, count);
        try (Subject subject = start("readers: 2, set-sysctls: true, first-start: export, active-timeout: 1h")) {
            Wait.until("all have expired", () -> ConntrackWatch.live(lab).isEmpty());
            Wait.until(
                    "all are given up",
                    () -> subject.appliance().conntrackSources().stream()
                                    .mapToLong(reader -> reader.stats().unwatched())
                                    .sum()
                            == count);
            subject.stop();
            Wait.until("all was reported", () -> lab.forwarded().equals(collector.total()));
        }
    }

    @Test
    void liveFlowsAreReportedWhenAsked() throws Exception {
        try (Subject subject = start("active-timeout: 1h");
                OpenUdp flow = traffic.openUdp(SERVER)) {
            Wait.until("the first lap", () -> subject.source().stats().dumps() > 0);
            flow.exchange(3, 100, 200);
            subject.appliance().reportNow();
            Wait.until("a report", () -> lab.forwarded().equals(collector.total()));
            flow.exchange(2, 100, 200);
            subject.appliance().reportNow();
            Wait.until("another", () -> lab.forwarded().equals(collector.total()));
            assertEquals(0, subject.source().stats().ended());
        }
    }

    private List<DataRecord> marked() {
        List<DataRecord> marked = new ArrayList<>();
        for (DataRecord record : collector.records()) {
            if (record.has(EVIDENCE) && record.unsigned(EVIDENCE) == ConntrackFlow.END_NOT_SEEN) {
                marked.add(record);
            }
        }
        return marked;
    }
}
