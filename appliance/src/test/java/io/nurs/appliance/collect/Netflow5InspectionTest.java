package io.nurs.appliance.collect;

import static io.nurs.appliance.collect.ComplaintKind.*;
import static io.nurs.appliance.collect.Wire.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of NetFlow v5. */
class Netflow5InspectionTest {
    /** From uptime 10 s to 20 s, from 192.0.2.1:40000 to 198.51.100.1:443 by TCP. */
    private static final String RECORD = "c0000201 c6336401 00000000 0002 0003 0000000a 000005dc 00002710 00004e20"
            + " 9c40 01bb 00 1b 06 00 0000 0000 00 00 0000";

    private final Recorded recorded = new Recorded();

    private static byte[] netflow5(int count, long sequence, String... records) {
        return hex(
                "0005 %04x 0000ea60 %08x 1dcd6500 %08x 01 02 4064".formatted(count, EXPORT_SECONDS, sequence),
                String.join("", records));
    }

    private List<String> complaints(byte[]... datagrams) {
        return recorded.datagrams(datagrams).complaints().stream()
                .map(Complaint::toString)
                .toList();
    }

    /** What is missing may still come, until then. */
    private List<String> complaintsAtTheEnd(byte[]... datagrams) {
        recorded.datagrams(datagrams).inspector.end();
        return complaints();
    }

    @Test
    void aGoodExporterIsLeftInPeace() {
        assertEquals(List.of(), complaints(netflow5(2, 0, RECORD, RECORD), netflow5(1, 2, RECORD)));
        assertEquals(3, recorded.records().size());
        recorded.inspector.end();
        assertEquals(
                List.of(
                        "2 datagrams of NetFlow v5, 0 packets of NetFlow v9, 0 messages of IPFIX, of 1 exporters' domains",
                        "3 flow records, 0 option records, 0 templates",
                        "lost by sequence: 0 records of NetFlow v5, 0 packets of NetFlow v9, 0 records of IPFIX",
                        "complaints: 0"),
                recorded.inspector.tally().lines());
    }

    @Test
    void timesAreThoseSinceTheBoot() {
        complaints(netflow5(1, 0, RECORD));
        // Sent at 60 s of uptime, half a second past EXPORT_SECONDS.
        Instant boot = Instant.ofEpochSecond(EXPORT_SECONDS).plusMillis(500).minusSeconds(60);
        assertEquals(boot.plusSeconds(10), recorded.times(0).bestStart());
        assertEquals(boot.plusSeconds(20), recorded.times(0).bestEnd());
    }

    @Test
    void saysHowManyFlowsWereLost() {
        assertEquals(
                List.of("sequence: 192.0.2.1:40000, domain 258: expected 1, and 5 came: 4 flow records are missing"
                        + " (Cisco, NetFlow Export Datagram Format)"),
                complaintsAtTheEnd(netflow5(1, 0, RECORD), netflow5(1, 5, RECORD)));
        assertTrue(recorded.inspector
                .tally()
                .lines()
                .contains("lost by sequence: 4 records of NetFlow v5, 0 packets of NetFlow v9, 0 records of IPFIX"));
    }

    @Test
    void saysThatTheCountIsNotWhatCame() {
        complaints(netflow5(3, 0, RECORD, RECORD));
        assertEquals(List.of(COUNT), recorded.kinds());
        String text = recorded.complaints().getFirst().toString();
        assertTrue(text.contains("the header's count comes to 168 octets, and 120 came"), text);
    }

    @Test
    void saysThatADatagramHasTooManyRecords() {
        complaints(netflow5(31, 0, RECORD.repeat(31)));
        assertEquals(List.of(COUNT), recorded.kinds());
        String text = recorded.complaints().getFirst().toString();
        assertTrue(text.contains("the header counts 31 records, and a datagram may have 30"), text);
        assertEquals(31, recorded.records().size());
    }

    @Test
    void saysThatAFlowStartsAfterItsEnd() {
        String backwards = RECORD.replace("00002710 00004e20", "00004e20 00002710");
        complaints(netflow5(1, 0, backwards));
        assertEquals(List.of(START_AFTER_END), recorded.kinds());
        assertTrue(recorded.complaints().getFirst().toString().contains("record: "), "no template is named");
    }

    @Test
    void jsonHasNoTemplateAndSaysTheSampling() {
        assertEquals(
                "{\"exporter\":\"192.0.2.1:40000\",\"version\":5,\"observationDomainId\":258,"
                        + "\"exportTime\":\"2023-11-14T22:14:20.500Z\",\"sequence\":0,"
                        + "\"start\":\"2023-11-14T22:13:30.500Z\",\"end\":\"2023-11-14T22:13:40.500Z\","
                        + "\"flow\":{\"sourceIPv4Address\":\"192.0.2.1\",\"destinationIPv4Address\":\"198.51.100.1\","
                        + "\"ipNextHopIPv4Address\":\"0.0.0.0\",\"ingressInterface\":2,\"egressInterface\":3,"
                        + "\"packetDeltaCount\":10,\"octetDeltaCount\":1500,\"flowStartSysUpTime\":10000,"
                        + "\"flowEndSysUpTime\":20000,\"sourceTransportPort\":40000,\"destinationTransportPort\":443,"
                        + "\"tcpControlBits\":27,\"protocolIdentifier\":6,\"ipClassOfService\":0,"
                        + "\"bgpSourceAsNumber\":0,\"bgpDestinationAsNumber\":0,\"sourceIPv4PrefixLength\":0,"
                        + "\"destinationIPv4PrefixLength\":0,\"samplingAlgorithm\":1,\"samplingInterval\":100}}\n",
                printed(true));
    }

    @Test
    void theTableHasTheFlow() {
        String table = printed(false);
        assertTrue(
                table.contains("22:13:30.500    10.000 tcp     192.0.2.1:40000                198.51.100.1:443"),
                table);
        assertTrue(table.contains("samplingInterval=100"), table);
    }

    private static String printed(boolean json) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        Recorded flows = new Recorded();
        flows.datagrams(netflow5(1, 0, RECORD));
        Output output = json ? new JsonOutput(out) : new TableOutput(out, out, true);
        output.record(flows.records().getFirst(), flows.times(0));
        out.flush();
        return text.toString();
    }
}
