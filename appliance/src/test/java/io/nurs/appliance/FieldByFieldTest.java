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
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real traffic of every kind through a real kernel: what the generator sent is what conntrack(8) tells, and what conntrack(8)
 * tells is what foreign collectors decode, field by field.
 */
@Tag("netns")
class FieldByFieldTest {
    /** A GRE header that says IPv4, without a key, and some payload. */
    private static final String GRE = "00000800" + "45".repeat(40);
    /** INIT from port 40000 to 7001, with its CRC32c. */
    private static final String SCTP_INIT =
            "9c401b59" + "00000000" + "509bdfe0" + "01000014" + "00000001" + "00010000" + "00010001" + "00000001";
    /** From port 40001 to 7001, all of it covered by its checksum. */
    private static final String UDPLITE = "9c411b59" + "0000" + "d577" + "ab".repeat(24);

    private static final String EXPERIMENT = "ab".repeat(33);

    private static final int KINDS = 17;

    @TempDir
    Path directory;

    private Lab lab;
    private ConntrackWatch watch;
    private Traffic traffic;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        watch = ConntrackWatch.start(lab);
        traffic = new Traffic(lab);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void collectorsDecodeWhatConntrackAndTheGeneratorSay() throws Exception {
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory);
                RecordingCollector own = RecordingCollector.open();
                Subject subject = Subject.start(lab, "accounting: end", "", nfcapd.port(), own.port())) {
            sendEverything();
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(KINDS);
            List<Entry> ended = watch.ended(KINDS);
            long datagrams = subject.stop();
            own.waitForDatagrams(datagrams);

            assertEquals(KINDS, ended.size());
            assertGenerated(ended);
            List<FlowFact> expected = facts(ended, NatView.CLIENT);
            assertEquals(lab.forwarded(), total(expected), "what nftables counted");
            FlowFact.assertSame(expected, own.facts(), "our decoder");
            FlowFact.assertSame(expected, capture.end(datagrams), "tshark");
            FlowFact.assertSame(withoutEndReason(expected), nfcapd.end(), "nfdump");
        }
    }

    @Test
    void wireViewTellsPacketsAsTheyEnterTheRouter() throws Exception {
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory);
                Subject subject = Subject.start(lab, "accounting: end", "nat-view: wire", nfcapd.port())) {
            sendEverything();
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(KINDS);
            List<FlowFact> expected = facts(watch.ended(KINDS), NatView.WIRE);
            long datagrams = subject.stop();
            FlowFact.assertSame(expected, capture.end(datagrams), "tshark");
            FlowFact.assertSame(withoutEndReason(expected), nfcapd.end(), "nfdump");
        }
    }

    /** {@value #KINDS} flows. */
    private void sendEverything() throws Exception {
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 3, 100, 200);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 4, 110, 210);
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 5, 120, 220);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.MASQUERADED), 6, 130, 230);
        traffic.udp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 7, 140, 240);
        traffic.udp(Traffic.at(Lab.ROUTER6, Lab.DNAT), 8, 150, 250);
        traffic.tcp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 10_000, 100_000, false);
        traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 20_000, 200_000, false);
        traffic.tcp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 30_000, 300_000, false);
        traffic.tcp(Traffic.at(Lab.ROUTER6, Lab.DNAT), 40_000, 400_000, false);
        traffic.echo(Lab.SERVER4);
        traffic.echo(Lab.SERVER6);
        traffic.raw(Lab.SERVER4, Traffic.GRE, GRE);
        traffic.raw(Lab.SERVER4, Traffic.EXPERIMENT, EXPERIMENT);
        traffic.raw(Lab.SERVER6, Traffic.EXPERIMENT, EXPERIMENT);
        traffic.raw(Lab.SERVER4, Traffic.SCTP, SCTP_INIT);
        // The tracker reckons UDPLite's checksum with UDP's protocol number (6.18) and would take the packet for
        // broken.
        lab.sysctl("net.netfilter.nf_conntrack_checksum", 0);
        traffic.raw(Lab.SERVER4, Traffic.UDPLITE, UDPLITE);
    }

    /** What is known of the packets without asking the kernel. */
    private static void assertGenerated(List<Entry> ended) {
        assertUdp(ended, Lab.SERVER4, Lab.PLAIN, 3, 100, 200);
        assertUdp(ended, Lab.SERVER6, Lab.PLAIN, 4, 110, 210);
        assertUdp(ended, Lab.SERVER4, Lab.MASQUERADED, 5, 120, 220);
        assertUdp(ended, Lab.SERVER6, Lab.MASQUERADED, 6, 130, 230);
        assertUdp(ended, Lab.ROUTER4, Lab.DNAT, 7, 140, 240);
        assertUdp(ended, Lab.ROUTER6, Lab.DNAT, 8, 150, 250);
        for (String to : Set.of(Lab.SERVER4, Lab.SERVER6)) {
            int protocol = to.equals(Lab.SERVER4) ? Traffic.ICMP : Traffic.ICMPV6;
            Entry echo = only(ended, to, protocol, 0);
            assertEquals(Traffic.echoCount(to), echo.original().counted());
            assertEquals(Traffic.echoCount(to), echo.reply().counted());
            assertEquals(
                    Traffic.rawCount(to, EXPERIMENT),
                    only(ended, to, Traffic.EXPERIMENT, 0).total());
        }
        assertEquals(
                Traffic.rawCount(Lab.SERVER4, GRE),
                only(ended, Lab.SERVER4, Traffic.GRE, 0).total());
        assertEquals(
                Traffic.rawCount(Lab.SERVER4, SCTP_INIT),
                only(ended, Lab.SERVER4, Traffic.SCTP, Lab.PLAIN).total());
        assertEquals(
                Traffic.rawCount(Lab.SERVER4, UDPLITE),
                only(ended, Lab.SERVER4, Traffic.UDPLITE, Lab.PLAIN).total());
        Entry tcp = only(ended, Lab.SERVER6, Traffic.TCP, Lab.PLAIN);
        assertTrue(tcp.original().counted().bytes() > 20_000
                && tcp.reply().counted().bytes() > 200_000);
        assertEquals(
                Lab.ROUTER4_OUTSIDE,
                only(ended, Lab.SERVER4, Traffic.TCP, Lab.MASQUERADED).reply().destination());
        assertEquals(
                Lab.SERVER6,
                only(ended, Lab.ROUTER6, Traffic.TCP, Lab.DNAT).reply().source());
    }

    private static void assertUdp(List<Entry> ended, String to, int port, int packets, int request, int reply) {
        Entry entry = only(ended, to, Traffic.UDP, port);
        assertEquals(
                Traffic.udpCount(Traffic.at(to, port), packets, request),
                entry.original().counted());
        assertEquals(
                Traffic.udpCount(Traffic.at(to, port), packets, reply),
                entry.reply().counted());
    }

    private static Entry only(List<Entry> ended, String to, int protocol, int port) {
        List<Entry> found = ended.stream()
                .filter(entry -> entry.original().protocol() == protocol
                        && entry.original().destination().equals(to)
                        && entry.original().destinationPort() == port)
                .toList();
        assertEquals(1, found.size(), protocol + " to " + to + ":" + port + " in " + ended);
        return found.getFirst();
    }

    private static List<FlowFact> facts(List<Entry> ended, NatView view) {
        return ended.stream().flatMap(entry -> entry.facts(view).stream()).toList();
    }

    private static List<FlowFact> withoutEndReason(List<FlowFact> facts) {
        return facts.stream().map(FlowFact::withoutEndReason).toList();
    }

    private static Counted total(List<FlowFact> facts) {
        return facts.stream()
                .map(fact -> new Counted(fact.packets(), fact.bytes()))
                .reduce(new Counted(0, 0), Counted::plus);
    }
}
