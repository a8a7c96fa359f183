package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Iperf3;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.ReliableListener;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.ConntrackStats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code accounting: delta}, traffic that others make, and much of it: to the octet what nftables counted is what is exported. */
@Tag("netns")
class ConservationTest {
    // flowEndReason(136), RFC 5102 §5.11.3
    private static final int ACTIVE_TIMEOUT = 2;

    private static final int IPERF = 5201;
    private static final int IPERF6 = 5202;
    private static final int FIRST_PORT = 20_000;
    private static final int FLOWS = 3_000;

    private static final List<InetSocketAddress> LONG_FLOWS = List.of(
            Traffic.at(Lab.SERVER4, Lab.PLAIN),
            Traffic.at(Lab.SERVER6, Lab.PLAIN),
            Traffic.at(Lab.SERVER4, Lab.MASQUERADED),
            Traffic.at(Lab.SERVER6, Lab.MASQUERADED),
            Traffic.at(Lab.ROUTER4, Lab.DNAT),
            Traffic.at(Lab.ROUTER6, Lab.DNAT));

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
        return Subject.start(lab, "accounting: delta, active-timeout: 1s" + sourceOptions, "", collector.port());
    }

    @Test
    void everyPacketAndOctetThatWasForwardedIsExportedOnce() throws Exception {
        try (Subject subject = start("")) {
            List<OpenUdp> longFlows = new ArrayList<>();
            for (InetSocketAddress to : LONG_FLOWS) {
                longFlows.add(lab.closing(traffic.openUdp(to)));
            }
            // There and back.
            Iperf3 tcp = Iperf3.start(lab, Lab.SERVER4, IPERF, "-t", "6");
            Iperf3 tcp6 = Iperf3.start(lab, Lab.SERVER6, IPERF6, "-t", "6", "--reverse");
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, FLOWS);
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER6, Lab.PLAIN), FIRST_PORT, FLOWS);
            while (tcp.isRunning() || tcp6.isRunning()) {
                exchange(longFlows);
            }
            tcp.await();
            tcp6.await();
            traffic.tcp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 100_000, 200_000, false);
            traffic.tcp(Traffic.at(Lab.ROUTER6, Lab.DNAT), 200_000, 100_000, true);

            lab.inRouter("conntrack", "-F");
            Wait.until("the kernel has told of all", () -> lab.entries() == 0);
            collector.waitForDatagrams(subject.stop());
            assertConserved(subject);
            assertReportedOnItsWay(Lab.SERVER4, IPERF);
            assertReportedOnItsWay(Lab.SERVER6, IPERF6);
        }
    }

    /** A small buffer: the kernel keeps ends and tells them again, and meanwhile the walk no longer meets their flows. */
    @Test
    void flowsWhoseEndWaitsForManyLapsAreExportedOnce() throws Exception {
        try (Subject subject = start(", receive-buffer: 4KiB")) {
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, FLOWS);
            Wait.until(
                    "all are reported on their way",
                    () -> subject.source().stats().reported() >= FLOWS);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(FLOWS);
            collector.waitForDatagrams(subject.stop());
            assertConserved(subject);
        }
    }

    /** Another listener stands still for some laps: what it had no room for, the kernel then tells all listeners again. */
    @Test
    void flowsWhoseEndIsToldAgainManyLapsLaterAreExportedOnce() throws Exception {
        try (Subject subject = start("")) {
            ReliableListener other = ReliableListener.open(lab, 64 << 10);
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, FLOWS);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(FLOWS);
            // One of them each 10 ms, in vain.
            Wait.until(
                    "the kernel has tried for many laps",
                    () -> subject.source().stats().repeated() > 500);
            other.read();
            Wait.until("the kernel has told of all", () -> lab.entries() == 0);
            collector.waitForDatagrams(subject.stop());
            assertConserved(subject);
        }
    }

    private void assertConserved(Subject subject) throws Exception {
        ConntrackStats stats = subject.source().stats();
        assertEquals(
                lab.forwarded(),
                collector.total(),
                () -> "unwatched " + stats.unwatched() + ", zeroed " + stats.zeroed() + ", lost " + stats.lostEvents()
                        + ", baseline " + stats.baseline());
        assertEquals(0, stats.unwatched());
        assertEquals(0, stats.zeroed());
        assertEquals(0, stats.lostEvents());
    }

    private static void exchange(List<OpenUdp> flows) throws IOException {
        for (int flow = 0; flow < flows.size(); flow++) {
            flows.get(flow).exchange(1 + flow % 3, 100 + flow, 200 + flow);
        }
    }

    /** Of the kernel's counters for a connection that is filled: the sum has been put together from several reports. */
    private void assertReportedOnItsWay(String server, int port) {
        List<FlowFact> reports = collector.facts().stream()
                .filter(fact -> fact.destination()
                                .equals(Traffic.at(server, port).getAddress().getHostAddress())
                        && fact.destinationPort() == port
                        && fact.endReason() == ACTIVE_TIMEOUT)
                .toList();
        assertTrue(reports.size() > 2, reports::toString);
    }
}
