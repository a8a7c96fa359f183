package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several collectors of which each flow goes to one, and one of them dies. */
@Timeout(120)
class DistributionOutageTest extends RouterTest {
    private static final int CONVERSATIONS = 60;

    private final List<OpenUdp> flows = new ArrayList<>();
    private final List<RecordingCollector> three = new ArrayList<>();
    private long exchanged;

    private Subject start(String distribution, int count) throws Exception {
        StringBuilder exporters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            three.add(lab.closing(RecordingCollector.open()));
            exporters.append("  c%d: { type: netflow9, collector: \"127.0.0.1:%d\", flush-interval: 20ms }\n"
                    .formatted(i, three.get(i).port()));
        }
        for (int i = 0; i < CONVERSATIONS; i++) {
            flows.add(lab.closing(traffic.openUdp(Traffic.at(Lab.SERVER4, Lab.PLAIN))));
        }
        return Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 1s }
                    distribution: %s
                    exporters: [%s]
                exporters:
                %s""".formatted(
                        lab.router(),
                        distribution,
                        exporters
                                .toString()
                                .lines()
                                .map(line -> line.strip().substring(0, 2))
                                .collect(Collectors.joining(", ")),
                        exporters));
    }

    /** A packet each way in every conversation, and their reports. */
    private void exchange(Subject subject) throws Exception {
        long reported = subject.source().stats().reported();
        for (OpenUdp flow : flows) {
            flow.exchange(1, 100, 200);
        }
        exchanged++;
        Wait.until("reports of all", () -> subject.source().stats().reported() >= reported + CONVERSATIONS);
    }

    private Set<Integer> conversations(int collector) {
        return three.get(collector).facts().stream()
                .map(DistributionOutageTest::clientPort)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int clientPort(FlowFact fact) {
        return fact.sourcePort() == Lab.PLAIN ? fact.destinationPort() : fact.sourcePort();
    }

    @Test
    void whenOneOfThreeDiesOnlyItsOwnConversationsMove() throws Exception {
        try (Subject subject = start("hash", 3)) {
            exchange(subject);
            exchange(subject);
            List<Collector> collectors = subject.appliance().collectors();
            for (int i = 0; i < 3; i++) {
                three.get(i).waitForDatagrams(collectors.get(i).encoded().datagrams());
                assertFalse(conversations(i).isEmpty(), "c" + i + " has no share");
            }
            List<Set<Integer>> shares = List.of(conversations(0), conversations(1), conversations(2));
            assertEquals(CONVERSATIONS, shares.stream().mapToInt(Set::size).sum());
            three.get(1).close();
            while (collectors.get(1).isUp()) {
                exchange(subject);
            }
            exchange(subject);
            exchange(subject);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(CONVERSATIONS);
            subject.stop();

            assertTrue(conversations(0).containsAll(shares.get(0)));
            assertTrue(conversations(2).containsAll(shares.get(2)));
            assertTrue(conversations(0).stream().noneMatch(shares.get(2)::contains), "moved from c2 to c0");
            assertTrue(conversations(2).stream().noneMatch(shares.get(0)::contains), "moved from c0 to c2");
            Set<Integer> all = new TreeSet<>(conversations(0));
            all.addAll(conversations(2));
            assertTrue(all.containsAll(shares.get(1)), "c1's have gone to the others");
            assertLoss(collectors, 1, shares.get(1));
        }
    }

    @Test
    void withFailoverTheSecondTakesOverAndTheFirstAgainWhenItIsBack() throws Exception {
        try (Subject subject = start("failover", 2)) {
            List<Collector> collectors = subject.appliance().collectors();
            Wait.until("the first has them all", () -> {
                exchange(subject);
                return conversations(0).size() == CONVERSATIONS;
            });
            three.getFirst().waitForDatagrams(collectors.getFirst().encoded().datagrams());
            assertEquals(0, collectors.get(1).encoded().flowRecords());
            three.getFirst().close();
            while (collectors.getFirst().isUp()) {
                exchange(subject);
            }
            Wait.until("the second has them all", () -> {
                exchange(subject);
                return conversations(1).size() == CONVERSATIONS;
            });
            three.get(1).waitForDatagrams(collectors.get(1).encoded().datagrams());
            assertLoss(collectors, 0, conversations(0));

            RecordingCollector back =
                    lab.closing(RecordingCollector.open(three.getFirst().port()));
            Wait.until("the first is up", collectors.getFirst()::isUp);
            long second = collectors.get(1).encoded().flowRecords();
            exchange(subject);
            Wait.until("the first has them again", () -> back.facts().size() >= 2 * CONVERSATIONS);
            assertEquals(second, collectors.get(1).encoded().flowRecords(), "the second gets no more");
        }
    }

    /** What is missing was sent to the one that died, and the others' conversations are whole, to the octet. */
    private void assertLoss(List<Collector> collectors, int dead, Set<Integer> itsOwn) {
        // A flow that is reported twice in one exchange stands for another one's report, which is still to come.
        Wait.until("no more is incomplete than is missing", () -> incomplete() <= missing(collectors));
        assertTrue(missing(collectors) > 0, "it died, and nothing was on its way");
        assertTrue(collectors.get(dead).lostMessages() > 0, "and nothing was counted");
        for (OpenUdp flow : flows) {
            for (boolean reply : new boolean[] {false, true}) {
                assertTrue(
                        packets(flow, reply) == exchanged || itsOwn.contains(flow.localPort()),
                        "port " + flow.localPort());
            }
        }
    }

    private List<FlowFact> facts() {
        return three.stream().flatMap(one -> one.facts().stream()).toList();
    }

    /** Records. */
    private long missing(List<Collector> collectors) {
        return collectors.stream().mapToLong(one -> one.encoded().flowRecords()).sum() - facts().size();
    }

    /** Directions that lack packets. */
    private long incomplete() {
        return flows.stream()
                .mapToLong(
                        flow -> (packets(flow, false) < exchanged ? 1 : 0) + (packets(flow, true) < exchanged ? 1 : 0))
                .sum();
    }

    private long packets(OpenUdp flow, boolean reply) {
        return facts().stream()
                .filter(fact -> clientPort(fact) == flow.localPort())
                .filter(fact -> (fact.sourcePort() == Lab.PLAIN) == reply)
                .mapToLong(FlowFact::packets)
                .sum();
    }
}
