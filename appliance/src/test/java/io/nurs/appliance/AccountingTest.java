package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.NatView;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.ConntrackWatch.Entry;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Which report of {@code reset} and {@code end} covers what: sums, intervals and reasons, on the real kernel. */
class AccountingTest extends RouterTest {
    // flowEndReason(136), RFC 5102 §5.11.3
    private static final int IDLE_TIMEOUT = 1;
    private static final int ACTIVE_TIMEOUT = 2;
    private static final int END_OF_FLOW = 3;
    private static final int FORCED_END = 4;

    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);

    private Subject start(String sourceOptions) throws Exception {
        boolean named = sourceOptions.contains("accounting:");
        return Subject.start(lab, (named ? "" : "accounting: reset, ") + sourceOptions, "", collector.port());
    }

    @Test
    void reportsOfALongFlowAddUpToWhatWasForwarded() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER)) {
            flow.exchange(5, 500, 600);
            Counted before = lab.forwarded();
            long started = System.currentTimeMillis();
            try (Subject subject = start("active-timeout: 1s")) {
                int exchanges = 0;
                while (subject.source().stats().reported() < 3) {
                    flow.exchange(1, 100, 200);
                    exchanges++;
                    Thread.sleep(5);
                }
                lab.inRouter("conntrack", "-D", "-p", "udp");
                subject.waitForEnded(1);
                collector.waitForDatagrams(subject.stop());

                List<FlowFact> requests = requests();
                assertEquals(Traffic.udpCount(SERVER, exchanges, 100), sum(requests));
                assertEquals(Traffic.udpCount(SERVER, exchanges, 200), sum(replies()));
                assertEquals(lab.forwarded(), before.plus(sum(collector.facts())), "what nftables counted");
                assertTrue(requests.getFirst().firstMillis() >= started, "the baseline is where the first begins");
                assertInOrder(requests);
                assertEquals(lastReason(subject), requests.getLast().endReason());
                for (FlowFact onTheWay : requests.subList(0, requests.size() - 1)) {
                    assertEquals(ACTIVE_TIMEOUT, onTheWay.endReason());
                }
            }
        }
    }

    @Test
    void theLastDumpReportsWhatLiveFlowsHaveCountedSince() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER);
                Subject subject = start("active-timeout: 1s")) {
            flow.exchange(4, 100, 200);
            Wait.until("a report", () -> subject.source().stats().reported() > 0);
            flow.exchange(3, 100, 200);
            collector.waitForDatagrams(subject.stop());
            assertEquals(Traffic.udpCount(SERVER, 7, 100), sum(requests()));
            assertEquals(Traffic.udpCount(SERVER, 7, 200), sum(replies()));
            assertEquals(lastReason(subject), requests().getLast().endReason());
            assertInOrder(requests());
        }
    }

    @Test
    void endAccountingReportsAWholeLifeAndLeavesCountersAlone() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER);
                Subject subject = start("accounting: end")) {
            flow.exchange(6, 100, 200);
            assertEquals(
                    Traffic.udpCount(SERVER, 6, 100),
                    ConntrackWatch.live(lab).getFirst().original().counted());
            assertEquals(0, subject.source().stats().dumps());
            assertEquals(0, subject.source().stats().reported());
            ConntrackWatch watch = ConntrackWatch.start(lab);
            lab.inRouter("conntrack", "-D", "-p", "udp");
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
            FlowFact.assertSame(
                    watch.ended(1).getFirst().facts(NatView.CLIENT),
                    collector.facts(),
                    "one record a direction, from the entry's start to its end");
        }
    }

    @Test
    void endAccountingReportsNothingOfLiveFlowsAtItsEnd() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER);
                Subject subject = start("accounting: end")) {
            flow.exchange(6, 100, 200);
            subject.stop();
            assertEquals(0, subject.collector().encoded().flowRecords());
        }
    }

    @Test
    void reasonsTellHowFlowsEnd() throws Exception {
        // One second each instead of minutes.
        for (String timeout :
                List.of("udp_timeout", "udp_timeout_stream", "tcp_timeout_time_wait", "tcp_timeout_close")) {
            lab.sysctl("net.netfilter.nf_conntrack_" + timeout, 1);
        }
        ConntrackWatch watch = ConntrackWatch.start(lab);
        try (Subject subject = start("accounting: end")) {
            traffic.udp(SERVER, 1, 100, 200);
            traffic.tcp(SERVER, 100, 200, false);
            traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 100, 200, true);
            // Listing the table makes the kernel look for entries that have expired, which it else does once a minute.
            Wait.until("all have expired", () -> ConntrackWatch.live(lab).isEmpty());
            subject.waitForEnded(3);
            collector.waitForDatagrams(subject.stop());
            List<FlowFact> expected = watch.ended(3).stream()
                    .flatMap(entry -> entry.facts(NatView.CLIENT).stream())
                    .toList();
            FlowFact.assertSame(expected, collector.facts(), "conntrack(8)'s times, and reasons");
            for (FlowFact fact : collector.facts()) {
                assertEquals(fact.protocol() == Traffic.UDP ? IDLE_TIMEOUT : END_OF_FLOW, fact.endReason());
            }
        }
    }

    /** What expires is found by the dump, so its event comes after the dump that did not list it. */
    @Test
    void aFlowThatExpiresBeforeADumpEndsBeforeIt() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", 1);
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", 1);
        ConntrackWatch watch = ConntrackWatch.start(lab);
        try (Subject subject = start("active-timeout: 2s")) {
            int flows = 0;
            long empty;
            // Again if a dump came between the traffic and its end, which then has nothing left to report.
            do {
                empty = subject.source().stats().empty();
                traffic.udp(SERVER, 2, 100, 200);
                subject.waitForEnded(++flows);
            } while (subject.source().stats().empty() > empty && flows < 10);
            collector.waitForDatagrams(subject.stop());
            Entry last = watch.ended(flows).getLast();
            List<FlowFact> facts = collector.facts().stream()
                    .filter(fact -> fact.lastMillis() == last.stopNanos() / 1_000_000)
                    .toList();
            FlowFact.assertSame(last.facts(NatView.CLIENT), facts, "one record a direction, from start to end");
        }
    }

    @Test
    void whatEndedBeforeTheStopIsReportedHoweverBusyTheLoopIs() throws Exception {
        int count = 5_000;
        // The buffer holds a tenth: the kernel keeps the rest and sends it again.
        try (Subject subject = start("receive-buffer: 256KiB, shutdown-timeout: 30s")) {
            traffic.manyUdpFlows(SERVER, 20_000, count);
            CountDownLatch busy = new CountDownLatch(1);
            subject.source().events().eventLoop().execute(() -> {
                try {
                    busy.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            lab.inRouter("conntrack", "-F");
            busy.countDown();
            collector.waitForDatagrams(subject.stop());
            assertEquals(count, subject.source().stats().ended());
            assertEquals(lab.forwarded(), sum(collector.facts()));
        }
    }

    /** A dump may have come between the last traffic and the end, which then has nothing left to report. */
    private static int lastReason(Subject subject) {
        return subject.source().stats().empty() == 0 ? FORCED_END : ACTIVE_TIMEOUT;
    }

    private List<FlowFact> requests() {
        return collector.facts().stream()
                .filter(fact -> fact.source().equals(Lab.CLIENT4))
                .sorted(Comparator.comparingLong(FlowFact::lastMillis))
                .toList();
    }

    private List<FlowFact> replies() {
        return collector.facts().stream()
                .filter(fact -> !fact.source().equals(Lab.CLIENT4))
                .toList();
    }

    /** Each begins where the one before ended, or later if nothing passed in between. */
    private static void assertInOrder(List<FlowFact> facts) {
        for (int i = 1; i < facts.size(); i++) {
            long gap = facts.get(i).firstMillis() - facts.get(i - 1).lastMillis();
            assertTrue(gap >= 0, facts::toString);
            assertTrue(facts.get(i).lastMillis() >= facts.get(i).firstMillis(), facts::toString);
        }
    }
}
