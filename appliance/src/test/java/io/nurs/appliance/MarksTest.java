package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.NatView;
import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.ConntrackWatch.Entry;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection marks, as firewall rules set them. */
@Tag("netns")
class MarksTest {
    private static final InetSocketAddress MARKED = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress OTHER = Traffic.at(Lab.SERVER4, Lab.MASQUERADED);

    @TempDir
    Path directory;

    private Lab lab;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        // Bit 12 is set in the first alone; interfaces 3 and 2, direction 1 are in both.
        lab.nft("""
                add rule inet lab marking udp dport 7001 ct mark set 0x1321
                add rule inet lab marking udp dport 7002 ct mark set 0x2321
                """);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void interfacesAndDirectionComeFromTheMarkAndTurnRoundInTheReply() throws Exception {
        ConntrackWatch watch = ConntrackWatch.start(lab);
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory);
                RecordingCollector plain = RecordingCollector.open();
                Subject subject = Subject.start("""
                        sources:
                          router: { type: conntrack, namespace: %s, accounting: end }
                        stacks:
                          - name: with-interfaces
                            source: router
                            filters:
                              - { type: mark-interfaces, ingress: "0xf00 >> 8", egress: "0xf0 >> 4", direction: 0x1 }
                            exporters: [interfaces]
                          - name: plain
                            source: router
                            exporters: [plain]
                        exporters:
                          interfaces: { type: netflow9, collector: "127.0.0.1:%d" }
                          plain: { type: netflow9, collector: "127.0.0.1:%d" }
                        """.formatted(lab.router(), nfcapd.port(), plain.port()))) {
            new Traffic(lab).udp(MARKED, 3, 100, 200);
            new Traffic(lab).udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 4, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(2);
            List<Entry> ended = watch.ended(2);
            long datagrams = subject.stop();
            plain.waitForDatagrams(
                    subject.appliance().collectors().getLast().encoded().datagrams());

            List<FlowFact> expected =
                    ended.stream().flatMap(entry -> facts(entry).stream()).toList();
            FlowFact.assertSame(expected, capture.end(datagrams), "tshark");
            FlowFact.assertSame(
                    expected.stream().map(FlowFact::withoutEndReason).toList(),
                    // Its JSON leaves the direction out where it is ingress, and the interfaces never.
                    nfcapd.end().stream().map(MarksTest::withDirection).toList(),
                    "nfdump");
            assertEquals(4, plain.facts().size());
            assertTrue(plain.facts().stream().allMatch(fact -> fact.ingress() == -1), "a stack without the filter");
        }
    }

    private static List<FlowFact> facts(Entry entry) {
        assertEquals(0x1321, entry.mark());
        List<FlowFact> both = entry.facts(NatView.CLIENT);
        return List.of(both.getFirst().withInterfaces(3, 2, 1), both.getLast().withInterfaces(2, 3, 0));
    }

    private static FlowFact withDirection(FlowFact fact) {
        return fact.direction() < 0 ? fact.withInterfaces(fact.ingress(), fact.egress(), 0) : fact;
    }

    @Test
    void aFlowWhoseMarkChangesIsFollowedToItsEnd() throws Exception {
        Traffic traffic = new Traffic(lab);
        try (RecordingCollector collector = RecordingCollector.open();
                OpenUdp flow = traffic.openUdp(MARKED);
                Subject subject = Subject.start(lab, "active-timeout: 1s, mark: 0x1000/0x1000", "", collector.port())) {
            flow.exchange(3, 100, 200);
            Wait.until("a report", () -> collector.total().equals(lab.forwarded()));
            lab.nft("add rule inet lab marking meta l4proto udp ct mark set 0x1");
            flow.exchange(1, 100, 200);
            long dumps = subject.source().stats().dumps();
            Wait.until("laps without it", () -> subject.source().stats().dumps() > dumps + 3);
            flow.exchange(2, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
            assertEquals(lab.forwarded(), collector.total());
            assertEquals(0, subject.source().stats().unwatched());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta", "reset"})
    void theMarkFilterTakesItsOwnAndLeavesOtherCountersAlone(String accounting) throws Exception {
        assertOnlyReported(accounting, "0x1000/0x1000", MARKED, OTHER);
    }

    /** Value 0 chooses as any other does: nurs zeroed all counters then. */
    @ParameterizedTest
    @ValueSource(strings = {"delta", "reset"})
    void theMarkFilterTakesValueZeroForAValue(String accounting) throws Exception {
        assertOnlyReported(accounting, "0/0x1000", OTHER, MARKED);
    }

    private void assertOnlyReported(String accounting, String filter, InetSocketAddress chosen, InetSocketAddress left)
            throws Exception {
        Traffic traffic = new Traffic(lab);
        try (RecordingCollector collector = RecordingCollector.open();
                OpenUdp chosenFlow = traffic.openUdp(chosen);
                OpenUdp leftFlow = traffic.openUdp(left)) {
            leftFlow.exchange(2, 300, 400);
            try (Subject subject = Subject.start(
                    lab,
                    "accounting: %s, first-start: export, active-timeout: 1s, mark: %s".formatted(accounting, filter),
                    "",
                    collector.port())) {
                chosenFlow.exchange(3, 100, 200);
                leftFlow.exchange(3, 300, 400);
                Wait.until(
                        "two dumps beside the baseline",
                        () -> subject.source().stats().dumps() > 2);
                assertEquals(Traffic.udpCount(left, 5, 300), original(left), "not set to zero");
                assertEquals(
                        accounting.equals("reset") ? new Counted(0, 0) : Traffic.udpCount(chosen, 3, 100),
                        original(chosen));
                chosenFlow.exchange(4, 100, 200);
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded(1);
                Wait.until(
                        "the other was seen too", () -> subject.source().stats().otherMark() >= 1);
                collector.waitForDatagrams(subject.stop());
            }
            Counted requests = new Counted(0, 0);
            for (FlowFact fact : collector.facts()) {
                boolean request = fact.destinationPort() == chosen.getPort();
                assertTrue(request || fact.sourcePort() == chosen.getPort(), fact::toString);
                requests = requests.plus(request ? new Counted(fact.packets(), fact.bytes()) : new Counted(0, 0));
            }
            assertEquals(Traffic.udpCount(chosen, 7, 100), requests);
        }
    }

    private Counted original(InetSocketAddress to) throws Exception {
        return ConntrackWatch.live(lab).stream()
                .map(Entry::original)
                .filter(direction -> direction.destinationPort() == to.getPort())
                .findFirst()
                .orElseThrow()
                .counted();
    }
}
