package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.ConntrackWatch.Entry;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code accounting: delta} on the real kernel: what was forwarded is what is reported, and the kernel's counters stay. */
class DeltaTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress SERVER6 = Traffic.at(Lab.SERVER6, Lab.PLAIN);
    private static final int FIRST_PORT = 20_000;
    private static final Counted NOTHING = new Counted(0, 0);

    private Subject start(String sourceOptions) throws Exception {
        return Subject.start(lab, "accounting: delta, active-timeout: 1s" + sourceOptions, "", collector.port());
    }

    @Test
    void reportsWhatWasForwardedAndLeavesCountersAlone() throws Exception {
        List<OpenUdp> flows = new ArrayList<>();
        try (Subject subject = start("");
                SocketChannel tcp = Lab.in(lab.client(), () -> SocketChannel.open(SERVER))) {
            for (int i = 0; i < 6; i++) {
                flows.add(lab.closing(traffic.openUdp(i % 2 == 0 ? SERVER : SERVER6)));
            }
            int pieces = 300;
            send(tcp, ByteBuffer.allocate(8).putInt(pieces * 700).putInt(5_000).array());
            // Each flow has several reports on its way.
            for (int i = 0; i < pieces || subject.source().stats().reported() < 4 * 7; i++) {
                for (int flow = 0; flow < flows.size(); flow++) {
                    flows.get(flow).exchange(1 + flow % 2, 100 + flow, 200);
                }
                if (i < pieces) {
                    send(tcp, new byte[700]);
                }
                Thread.sleep(10);
            }
            assertEquals(5_000, Channels.newInputStream(tcp).readNBytes(5_000).length);
            tcp.shutdownOutput();
            assertEquals(-1, Channels.newInputStream(tcp).read());
            Wait.until(
                    "the connection is over",
                    () -> lab.inRouter("conntrack", "-L", "-p", "tcp").contains("TIME_WAIT"));
            assertEquals(lab.forwarded(), total(ConntrackWatch.live(lab)), "the kernel's own counters");

            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(7);
            collector.waitForDatagrams(subject.stop());
            assertEquals(lab.forwarded(), sum(collector.facts()));
            assertEquals(14, byDirection(collector.facts()).size());
            assertInOrder(collector.facts());
            assertEquals(0, subject.source().stats().unwatched());
            assertEquals(0, subject.source().stats().zeroed());
        }
    }

    private static void send(SocketChannel to, byte[] octets) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            to.write(buffer);
        }
    }

    @Test
    void countersThatAnotherReaderSetsToZeroAreNoLoss() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER);
                Subject subject = start("")) {
            flow.exchange(6, 100, 200);
            waitUntilReported(lab.forwarded());
            lab.inRouter("conntrack", "-L", "-z");
            flow.exchange(2, 100, 200);
            waitUntilReported(lab.forwarded());
            flow.exchange(3, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
            assertEquals(lab.forwarded(), sum(collector.facts()));
            assertTrue(subject.source().stats().zeroed() > 0);
            assertInOrder(collector.facts());
        }
    }

    @Test
    void atTheFirstStartCountersAreTheBaseline() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER)) {
            flow.exchange(5, 100, 200);
            Counted before = lab.forwarded();
            long started = System.currentTimeMillis();
            try (Subject subject = start("")) {
                Wait.until("a baseline", () -> subject.source().stats().baseline() > 0);
                flow.exchange(3, 100, 200);
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded(1);
                collector.waitForDatagrams(subject.stop());
                assertEquals(lab.forwarded(), before.plus(sum(collector.facts())));
                collector.facts().forEach(fact -> assertTrue(fact.firstMillis() >= started, fact::toString));
                assertEquals(1, subject.source().stats().baseline());
            }
        }
    }

    @Test
    void atTheFirstStartCountersAreReportedIfAsked() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER)) {
            flow.exchange(5, 100, 200);
            try (Subject subject = start(", first-start: export")) {
                waitUntilReported(lab.forwarded());
                flow.exchange(3, 100, 200);
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded(1);
                collector.waitForDatagrams(subject.stop());
                assertEquals(lab.forwarded(), sum(collector.facts()));
                assertEquals(0, subject.source().stats().baseline());
            }
        }
    }

    @Test
    void theLastWalkReportsTheRestIfNothingOutlivesTheProcess() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER);
                OpenUdp other = traffic.openUdp(SERVER6);
                Subject subject = start("")) {
            flow.exchange(4, 100, 200);
            Wait.until("a report", () -> subject.source().stats().reported() > 0);
            flow.exchange(3, 100, 200);
            other.exchange(2, 100, 200);
            collector.waitForDatagrams(subject.stop());
            assertEquals(lab.forwarded(), sum(collector.facts()));
            assertInOrder(collector.facts());
        }
    }

    @Test
    void flowsForWhichThereIsNoRoomAreReportedWhenTheyEnd() throws Exception {
        int count = 1_500;
        try (Subject subject = start(", max-flows: 1000")) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, count);
            waitForUntracked(subject, 1);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(count);
            collector.waitForDatagrams(subject.stop());
            assertEveryFlowOnce(count);
        }
    }

    @Test
    void flowsForWhichThereIsRoomAgainAreReportedWhole() throws Exception {
        int count = 1_000;
        int late = 200;
        try (Subject subject = start(", max-flows: 1000")) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, count);
            Wait.until("the table is full", () -> subject.source().stats().reported() >= count);
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.BEHIND_DNAT), FIRST_PORT + count, late);
            // Several laps: they are older than what a walk may overlook.
            waitForUntracked(subject, 4L * late);
            lab.inRouter("conntrack", "-D", "-p", "udp", "--orig-port-dst", Integer.toString(Lab.PLAIN));
            subject.waitForEnded(count);
            waitUntilReported(lab.forwarded());
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(count + late);
            collector.waitForDatagrams(subject.stop());
            assertEveryFlowOnce(count + late);
            assertEquals(0, subject.source().stats().baseline());
        }
    }

    private static void waitForUntracked(Subject subject, long times) {
        Wait.until(times + " untracked", () -> subject.source().stats().untracked() >= times);
    }

    /** A listener that asks for reliable delivery and does not read makes the kernel send to everybody again. */
    @Test
    void reportsOnceWhatTheKernelRepeatsForSomebodyElse() throws Exception {
        int count = 2_000;
        NetlinkOptions stalled = NetlinkOptions.events(
                        NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                .withReceiveBufferBytes(64 << 10)
                .withBroadcastError(true);
        try (Subject subject = start("")) {
            NetlinkChannel other = Lab.in(lab.router(), () -> NetlinkChannel.open(stalled));
            try {
                traffic.manyUdpFlows(SERVER, FIRST_PORT, count);
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded(count);
                Wait.until(
                        "the kernel repeats itself",
                        () -> subject.source().stats().repeated() > 0);
            } finally {
                other.unsafe().closeForcibly();
            }
            Wait.until("the kernel has told of all", () -> lab.entries() == 0);
            collector.waitForDatagrams(subject.stop());
            assertEveryFlowOnce(count);
        }
    }

    @Test
    void aFlowThatFellIdleEndsAtItsLastPacket() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", 2);
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", 2);
        try (OpenUdp flow = traffic.openUdp(SERVER);
                Subject subject = Subject.start(lab, "accounting: delta", "", collector.port())) {
            for (int i = 0; i < 10; i++) {
                flow.exchange(1, 100, 200);
                Thread.sleep(100);
            }
            long before = System.currentTimeMillis();
            flow.exchange(1, 100, 200);
            long after = System.currentTimeMillis();
            // Listing the table makes the kernel look for entries that have expired, which it else does once a minute.
            Wait.until("it has expired", () -> ConntrackWatch.live(lab).isEmpty());
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
            assertEquals(lab.forwarded(), sum(collector.facts()));
            long last = collector.facts().stream()
                    .mapToLong(FlowFact::lastMillis)
                    .max()
                    .orElseThrow();
            assertTrue(last >= before - 1_000 && last <= after + 1_000, () -> before + " " + last + " " + after);
        }
    }

    private void waitUntilReported(Counted expected) {
        Wait.until(
                () -> expected + " reported, " + sum(collector.facts()) + " so far",
                () -> sum(collector.facts()).equals(expected));
    }

    private void assertEveryFlowOnce(int count) throws Exception {
        List<FlowFact> facts = collector.facts();
        assertEquals(2 * count, facts.size());
        assertEquals(2 * count, byDirection(facts).size());
        assertEquals(lab.forwarded(), sum(facts));
    }

    private static Counted total(List<Entry> entries) {
        return entries.stream().map(Entry::total).reduce(NOTHING, Counted::plus);
    }

    private static Map<List<Object>, List<FlowFact>> byDirection(List<FlowFact> facts) {
        return facts.stream()
                .collect(Collectors.groupingBy(fact -> List.<Object>of(
                        fact.protocol(),
                        fact.source(),
                        fact.sourcePort(),
                        fact.destination(),
                        fact.destinationPort())));
    }

    /** Each begins where the one before ended, or later if nothing passed in between. */
    private static void assertInOrder(List<FlowFact> facts) {
        for (List<FlowFact> flow : byDirection(facts).values()) {
            List<FlowFact> sorted = flow.stream()
                    .sorted(Comparator.comparingLong(FlowFact::firstMillis).thenComparingLong(FlowFact::lastMillis))
                    .toList();
            for (int i = 0; i < sorted.size(); i++) {
                FlowFact fact = sorted.get(i);
                assertTrue(fact.lastMillis() >= fact.firstMillis(), sorted::toString);
                assertTrue(i == 0 || fact.firstMillis() >= sorted.get(i - 1).lastMillis(), sorted::toString);
            }
        }
    }
}
