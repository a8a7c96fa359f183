package io.nurs.appliance.collect;

import static io.nurs.appliance.collect.Wire.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecoderLimits;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
    /** Start, end, addresses, ports, protocol, counters, postNAT source, reason, twice an interface, a name. */
    private static final String TEMPLATE = set(
            2,
            "0100 000e 0098 0008 0099 0008 0008 0004 000c 0004 0007 0002 000b 0002 0004 0001 0001 0008 0002 0004"
                    + " 00e1 0004 00e3 0002 0088 0001 000a 0004 000a 0004");

    private static final String FLOW = set(
            256,
            millis(EXPORT_SECONDS * 1000 - 1500) + millis(EXPORT_SECONDS * 1000) + "c0000205 c6336407 d431 01bb 06"
                    + "8000000000000000 00000004 cb007109 0400 03 00000001 00000002");

    /** A private element without a name, with what a stranger may put into a string: interfaceName. */
    private static final String OPTIONS =
            set(3, "012c 0002 0001 000a 0004 0052 ffff") + set(300, "00000003 05 22 1b 0a 5c c3");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private void feed(Output output, byte[]... datagrams) {
        Decoders decoders = new Decoders(new Inspector(DecoderLimits.DEFAULT, output));
        for (byte[] datagram : datagrams) {
            decoders.datagram(Recorded.SENDER, Unpooled.wrappedBuffer(datagram));
        }
    }

    private static PrintWriter writer(StringWriter text) {
        return new PrintWriter(text, true);
    }

    @Test
    void aTableHasALineForEachFlow() {
        feed(new TableOutput(writer(out), writer(err), false), ipfix(0, TEMPLATE, FLOW));
        List<String> lines = out.toString().lines().toList();
        assertEquals(2, lines.size());
        assertEquals(
                "22:14:18.500 1.500 tcp 192.0.2.5:54321 198.51.100.7:443 4 9223372036854775808 end, NAT"
                        + " 203.0.113.9:1024 -> -",
                lines.getLast().replaceAll(" +", " "));
        assertEquals("", err.toString());
    }

    @Test
    void aWideTableLeavesNothingOut() {
        feed(new TableOutput(writer(out), writer(err), true), ipfix(0, TEMPLATE, FLOW));
        String line = out.toString().lines().toList().getLast();
        assertTrue(line.contains("192.0.2.1:40000 domain 42 "), line);
        assertTrue(
                line.endsWith("flowStartMilliseconds=2023-11-14T22:14:18.500Z flowEndMilliseconds=2023-11-14T22:14:20Z"
                        + " ingressInterface=1 ingressInterface=2"),
                line);
    }

    @Test
    void aStrangersTextDoesNotReachTheTerminal() {
        feed(new TableOutput(writer(out), writer(err), false), ipfix(0, OPTIONS));
        assertTrue(out.toString().contains("interfaceName=\"??\\\ufffd"), out::toString);
    }

    @Test
    void jsonHasIanasNamesAndEachValueOfAnElement() {
        feed(new JsonOutput(writer(out)), ipfix(0, TEMPLATE, FLOW, OPTIONS));
        List<String> lines = out.toString().lines().toList();
        assertEquals("""
                {"exporter":"192.0.2.1:40000","version":10,"observationDomainId":42,"exportTime":"2023-11-14T22:14:20Z",\
                "sequence":0,"templateId":256,"flow":{"flowStartMilliseconds":"2023-11-14T22:14:18.500Z",\
                "flowEndMilliseconds":"2023-11-14T22:14:20Z","sourceIPv4Address":"192.0.2.5",\
                "destinationIPv4Address":"198.51.100.7","sourceTransportPort":54321,"destinationTransportPort":443,\
                "protocolIdentifier":6,"octetDeltaCount":9223372036854775808,"packetDeltaCount":4,\
                "postNATSourceIPv4Address":"203.0.113.9","postNAPTSourceTransportPort":1024,"flowEndReason":3,\
                "ingressInterface":[1,2]}}""", lines.get(0));
        assertEquals("""
                {"exporter":"192.0.2.1:40000","version":10,"observationDomainId":42,"exportTime":"2023-11-14T22:14:20Z",\
                "sequence":0,"templateId":300,"options":{"ingressInterface":3,"interfaceName":"\\"\\u001b\\u000a\\\\\ufffd"}}""", lines.get(1));
    }

    /** The table has a start; who reads JSON cannot know the boot that is in another record. */
    @Test
    void jsonSaysWhenAFlowWasThatHasUptimes() {
        String template = set(2, "0100 0002 0016 0004 0015 0004");
        String boot = set(3, "012c 0002 0001 0095 0004 00a0 0008")
                + set(300, "0000002a" + millis(EXPORT_SECONDS * 1000 - 60_000));
        feed(new JsonOutput(writer(out)), ipfix(0, boot, template, set(256, "00002710 00004e20")));
        String flow = out.toString().lines().toList().getLast();
        assertTrue(
                flow.endsWith("\"templateId\":256,\"start\":\"2023-11-14T22:13:30Z\",\"end\":\"2023-11-14T22:13:40Z\","
                        + "\"flow\":{\"flowStartSysUpTime\":10000,\"flowEndSysUpTime\":20000}}"),
                flow);
    }

    /** An exporter that names private elements may give two the same name. */
    @Test
    void jsonKeepsApartWhatHasOneName() {
        String type = "00000001 %04x 03 04 6e616d65";
        String types = set(3, "012c 0004 0002 015a 0004 012f 0002 0153 0001 0155 ffff")
                + set(300, type.formatted(5) + type.formatted(6));
        String template = set(2, "0100 0003 8005 0004 00000001 8006 0004 00000001 8005 0004 00000001");
        feed(new JsonOutput(writer(out)), ipfix(0, types, template, set(256, "00000007 00000008 00000009")));
        String flow = out.toString().lines().toList().getLast();
        assertTrue(flow.endsWith("\"flow\":{\"name\":[7,9],\"name(1/6)\":8}}"), flow);
    }

    @Test
    void aComplaintIsAnObjectToo() {
        feed(new JsonOutput(writer(out)), ipfix(0, DATA));
        assertTrue(
                out.toString().contains("\"complaint\":\"unknown-template\",\"what\":\"template 256: "), out::toString);
        assertTrue(out.toString().contains("\"rule\":\"RFC 7011 §8\"}"), out::toString);
    }

    @Test
    void aComplaintIsHeardOnceAMinuteAndCounted() {
        List<Complaint> heard = new ArrayList<>();
        List<ReadRecord> seen = new ArrayList<>();
        Output keeping = new Output() {
            @Override
            public void record(ReadRecord record, FlowTimes times) {
                seen.add(record);
            }

            @Override
            public void complaint(Complaint complaint, Arrival arrival) {
                heard.add(complaint);
            }
        };
        List<String> ended = new ArrayList<>();
        byte[] other = ipfix(0, set(257, "00000000"));
        feed(
                new CalmOutput(keeping, false, 2, () -> ended.add("enough")),
                ipfix(0, DATA),
                ipfix(0, DATA),
                other,
                ipfix(0, TEMPLATE10, DATA, OPTIONS),
                ipfix(2, DATA),
                ipfix(3, DATA));
        assertEquals(2, heard.size(), heard::toString);
        assertEquals(2, seen.size());
        assertEquals(List.of("enough"), ended);
    }

    @Test
    void addressesAreWrittenAsRfc5952Has() {
        for (String address :
                List.of("::", "::1", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "1::2:0:0:3", "fe80:0:0:1::")) {

            assertEquals(address, AddressText.of(InetAddress.ofLiteral(address)));
        }
        assertEquals("[2001:db8::1]:53", AddressText.of(InetAddress.ofLiteral("2001:db8::1"), 53));
    }
}
