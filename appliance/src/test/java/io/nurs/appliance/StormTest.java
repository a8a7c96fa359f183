package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole tables deleted at once, by another process: nurs exported none of 200,000. */
@Tag("netns")
class StormTest {
    private static final int ENTRIES = 200_000;
    private static final int FLOWS = 25_000;
    private static final int FIRST_PORT = 20_000;

    private Lab lab;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        // The first namespace's, for all.
        Requires.require(
                lab.sysctl("net.netfilter.nf_conntrack_max") > ENTRIES,
                "net.netfilter.nf_conntrack_max above " + ENTRIES);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void reportsEachOfManyEmptyEntriesOnceIfAsked() throws Exception {
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start(lab, "empty-flows: report", "", collector.port())) {
            TableWriter.open(lab).create(ENTRIES, 0, TableWriter::udp);
            assertEquals(ENTRIES, lab.entries());
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(ENTRIES);
            collector.waitForDatagrams(subject.stop());

            assertEquals(0, subject.source().stats().lostEvents());
            List<DataRecord> records = collector.records();
            assertEquals(ENTRIES, records.size());
            Set<Long> clients = new HashSet<>();
            for (DataRecord record : records) {
                assertTrue(clients.add(record.unsigned(IanaElements.sourceIPv4Address)), () -> "twice: " + record);
            }
        }
    }

    @Test
    void reportsNoneOfManyEmptyEntriesByDefault() throws Exception {
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start(lab, "", "options: false", collector.port())) {
            TableWriter.open(lab).create(FLOWS, 0, TableWriter::udp);
            assertEquals(FLOWS, lab.entries());
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(FLOWS);
            collector.waitForDatagrams(subject.stop());
            assertEquals(FLOWS, subject.source().stats().empty());
            assertEquals(List.of(), collector.records());
        }
    }

    @Test
    void reportsEachDirectionOfManyRealFlowsOnce() throws Exception {
        Server.start(lab);
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start(lab, "accounting: end", "", collector.port())) {
            new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, FLOWS);
            Counted forwarded = lab.forwarded();
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(FLOWS);
            collector.waitForDatagrams(subject.stop());
            assertEveryFlowOnce(collector.facts(), forwarded);
        }
    }

    @Test
    void countsWhatPassesThroughEntriesThatCtnetlinkMade() throws Exception {
        Server.start(lab);
        int count = 1_000;
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start(lab, "", "", collector.port())) {
            InetAddress client = InetAddress.ofLiteral(Lab.CLIENT4);
            InetAddress server = InetAddress.ofLiteral(Lab.SERVER4);
            TableWriter.open(lab)
                    .create(count, 0, i -> ConntrackTuple.of(client, server, Traffic.UDP, FIRST_PORT + i, Lab.PLAIN));
            new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, count / 2);
            assertEquals(count, lab.entries(), "traffic uses the entries that are there");
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(count);
            collector.waitForDatagrams(subject.stop());
            assertEveryFlowOnce(collector.facts(), lab.forwarded(), count / 2);
            assertEquals(count / 2, subject.source().stats().empty());
        }
    }

    @Test
    void reportsEntriesDeletedOneByOne() throws Exception {
        Server.start(lab);
        int count = 20;
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start(lab, "", "", collector.port())) {
            new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, count);
            for (int i = 0; i < count; i++) {
                lab.inRouter("conntrack", "-D", "-p", "udp", "--orig-port-src", Integer.toString(FIRST_PORT + i));
            }
            subject.waitForEnded(count);
            collector.waitForDatagrams(subject.stop());
            assertEveryFlowOnce(collector.facts(), lab.forwarded(), count);
        }
    }

    /** A listener that asks for reliable delivery and does not read makes the kernel send to everybody again. */
    @Test
    void reportsOnceWhatTheKernelRepeatsForSomebodyElse() throws Exception {
        Server.start(lab);
        int count = 2_000;
        NetlinkOptions stalled = NetlinkOptions.events(
                        NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                .withReceiveBufferBytes(64 << 10)
                .withBroadcastError(true);
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start(lab, "", "", collector.port())) {
            NetlinkChannel other = Lab.in(lab.router(), () -> NetlinkChannel.open(stalled));
            try {
                new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, count);
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
            assertEveryFlowOnce(collector.facts(), lab.forwarded(), count);
        }
    }

    private static void assertEveryFlowOnce(List<FlowFact> facts, Counted forwarded) {
        assertEveryFlowOnce(facts, forwarded, FLOWS);
    }

    private static void assertEveryFlowOnce(List<FlowFact> facts, Counted forwarded, int count) {
        assertEquals(2 * count, facts.size());
        Map<Integer, FlowFact> requests = byPort(facts, true, FlowFact::sourcePort);
        Map<Integer, FlowFact> replies = byPort(facts, false, FlowFact::destinationPort);
        Counted sum = new Counted(0, 0);
        for (int i = 0; i < count; i++) {
            Counted request = counted(requests, FIRST_PORT + i);
            Counted reply = counted(replies, FIRST_PORT + i);
            assertEquals(Traffic.udpCount(Traffic.at(Lab.SERVER4, Lab.PLAIN), 1, Traffic.requestOctets(i)), request);
            assertEquals(Traffic.udpCount(Traffic.at(Lab.SERVER4, Lab.PLAIN), 1, Traffic.replyOctets(i)), reply);
            sum = sum.plus(request).plus(reply);
        }
        assertEquals(forwarded, sum, "what nftables counted");
    }

    /** Fails if two have the same port. */
    private static Map<Integer, FlowFact> byPort(
            List<FlowFact> facts, boolean requests, Function<FlowFact, Integer> port) {
        return facts.stream()
                .filter(fact -> fact.source().equals(Lab.CLIENT4) == requests)
                .collect(Collectors.toMap(port, Function.identity()));
    }

    private static Counted counted(Map<Integer, FlowFact> facts, int port) {
        FlowFact fact = facts.get(port);
        return fact == null ? fail("none of port " + port) : new Counted(fact.packets(), fact.bytes());
    }
}
