package io.nurs.appliance.export;

import static io.nurs.appliance.source.EntryMessage.tuple;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.source.EmbeddedNat;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.SystemUptime;
import io.nurs.ipfix.IpfixEncoder;
import io.nurs.netflow9.Netflow9Encoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a foreign collector reads in the records of a translator's log. */
class NatWireTest {
    private static final int PORT = 4739;
    private static final long NOW = 1_700_000_500_123L;
    private static final EncoderOptions OPTIONS = new EncoderOptions(1, 1400, 20, Duration.ofMinutes(10));

    @TempDir
    Path directory;

    @ChannelHandler.Sharable
    private static final class Tail extends ChannelInboundHandlerAdapter {
        private final NatTemplates templates;
        private final EmbeddedChannel collector;

        Tail(NatTemplates templates, EmbeddedChannel collector) {
            this.templates = templates;
            this.collector = collector;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NatEvent event) {
                collector.write(FlowRecord.of(templates.of(event), event));
            }
        }
    }

    private static FlowEncoder ipfix() {
        return new IpfixEncoder(OPTIONS, ExportClock.SYSTEM);
    }

    private static FlowEncoder netflow9() {
        return new Netflow9Encoder(OPTIONS, ExportClock.SYSTEM, new SystemUptime(1_700_000_000_000L));
    }

    private List<String> read(FlowEncoder encoder, NatTemplates.Form form, int blockPorts)
            throws IOException, InterruptedException {
        EmbeddedChannel collector = new EmbeddedChannel(encoder);
        try (EmbeddedNat nat = EmbeddedNat.to(new Tail(new NatTemplates(form), collector), blockPorts)) {
            nat.at(NOW)
                    .read(
                            EntryMessage.created()
                                    .id(1)
                                    .zone(7)
                                    .tuples(
                                            tuple("10.0.0.2", 40000, "198.51.100.9", 53),
                                            tuple("198.51.100.9", 54, "203.0.113.1", 1030)),
                            EntryMessage.destroy()
                                    .id(2)
                                    .startMillis(NOW - 2_000)
                                    .stopMillis(NOW - 1_000)
                                    .tuples(
                                            tuple("fd00::2", 40000, "2001:db8::9", 53),
                                            tuple("2001:db8::9", 53, "2001:db8::1", 1030)))
                    .look(85, 100)
                    .look(100, 100)
                    .fail(1)
                    .look(70, 100);
        }
        collector.flush();
        List<byte[]> datagrams = new ArrayList<>();
        for (ByteBuf sent = collector.readOutbound(); sent != null; sent = collector.readOutbound()) {
            datagrams.add(ByteBufUtil.getBytes(sent));
            sent.release();
        }
        collector.finishAndReleaseAll();
        return tshark(datagrams);
    }

    /** The lines of the data records, one a field. */
    private List<String> tshark(List<byte[]> datagrams) throws IOException, InterruptedException {
        Requires.tools("tshark");
        Path file = directory.resolve("nat.pcap");
        Files.write(file, pcap(datagrams));
        String port = "udp.port==" + PORT + ",cflow";
        assertEquals("", lines(Program.run("tshark", "-n", "-r", file.toString(), "-d", port, "-q", "-z", "expert")));
        String text = Program.run("tshark", "-n", "-r", file.toString(), "-d", port, "-V");
        List<String> records = new ArrayList<>();
        boolean inFlow = false;
        for (String line : text.lines().map(String::strip).toList()) {
            if (Pattern.matches("Flow \\d+", line)) {
                inFlow = true;
                records.add("");
            } else if (line.startsWith("FlowSet ") || line.startsWith("Set ") || line.isEmpty()) {
                inFlow = false;
            } else if (inFlow && line.contains(": ") && !line.startsWith("Padding: ")) {
                records.add(records.removeLast() + line + "\n");
            }
        }
        return records;
    }

    private static String lines(String output) {
        return output.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("Running as user"))
                .reduce("", (a, b) -> a + b + "\n");
    }

    /** Raw IPv4 packets from 192.0.2.1 to 192.0.2.2. */
    private static byte[] pcap(List<byte[]> payloads) {
        ByteBuffer out = ByteBuffer.allocate(
                24 + payloads.stream().mapToInt(payload -> 44 + payload.length).sum());
        out.putInt(0xa1b2c3d4).putInt(0x00020004).putLong(0).putInt(0xffff).putInt(101);
        for (byte[] payload : payloads) {
            int length = 28 + payload.length;
            out.putInt(1_700_000_600).putInt(0).putInt(length).putInt(length);
            out.putShort((short) 0x4500).putShort((short) length).putInt(0).putInt(0x40110000);
            out.putInt(0xc0000201).putInt(0xc0000202);
            out.putShort((short) 40000).putShort((short) PORT).putShort((short) (8 + payload.length));
            out.putShort((short) 0).put(payload);
        }
        return out.array();
    }

    private static final String SESSION = """
            SrcAddr: 10.0.0.2
            Post NAT Source IPv4 Address: 203.0.113.1
            DstAddr: 198.51.100.9
            Post NAT Destination IPv4 Address: 198.51.100.9
            """;
    private static final String SESSION6 = """
            SrcAddr: fd00::2
            Post NAT Source IPv6 Address: 2001:db8::1
            DstAddr: 2001:db8::9
            Post NAT Destination IPv6 Address: 2001:db8::9
            """;

    private static String ports(int postDestination, String source, String destination) {
        return """
                SrcPort: %s
                Post NAPT Source Transport Port: 1030
                DstPort: %s
                Post NAPT Destination Transport Port: %d
                """.formatted(source, destination, postDestination);
    }

    private static String head(String second, String event) {
        return """
                Observation Time Milliseconds: Nov 14, 2023 22:21:%s.123000000 UTC
                Nat Event: %s
                """.formatted(second, event);
    }

    private static final List<String> LIMITS = List.of(
            head("40", "Threshold Reached (18)") + """
                    NAT Threshold Event: Global address mapping high threshold event (5)
                    Global Address Mapping High Threshold: 80
                    """,
            head("40", "Quota Exceeded (13)") + """
                    NAT Quota Exceeded Event: Maximum session entries (1)
                    Max Session Entries: 100
                    """,
            head("40", "NAT ports exhausted (12)") + """
                    Post NAT Source IPv4 Address: 203.0.113.1
                    Protocol: Unknown (255)
                    """);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sessionsAndLimits(boolean ipfix) throws Exception {
        String ports = ports(54, "40000 (40000)", "53 (53)");
        String ports6 = ports.replace("54", "53");
        String tail = """
                Nat Originating Address Realm: 1
                NAT Instance ID: %d
                """;
        List<String> expected = new ArrayList<>(List.of(
                head("40", "NAT44 session create (4)") + SESSION + "Protocol: UDP (17)\n" + ports + tail.formatted(7),
                head("38", "NAT44 session create (4)") + SESSION6 + "Protocol: UDP (17)\n" + ports6 + tail.formatted(0),
                head("39", "NAT44 session delete (5)") + SESSION6 + "Protocol: UDP (17)\n" + ports6
                        + tail.formatted(0)));
        expected.addAll(LIMITS);
        assertEquals(expected, read(ipfix ? ipfix() : netflow9(), NatTemplates.Form.RFC8158, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void blocksAndBindings(boolean ipfix) throws Exception {
        String pair = """
                SrcAddr: 10.0.0.2
                Post NAT Source IPv4 Address: 203.0.113.1
                NAT Instance ID: 7
                """;
        String pair6 = """
                SrcAddr: fd00::2
                Post NAT Source IPv6 Address: 2001:db8::1
                NAT Instance ID: 0
                """;
        String block = """
                Port Range Start: 1024
                Port Range End: 1535
                Port Range Step Size: 1
                Port Range Num Ports: 512
                """;
        List<String> expected = new ArrayList<>(List.of(
                head("40", "Address binding create (14)") + pair,
                head("40", "Port block allocation (16)") + pair + block,
                head("38", "Address binding create (14)") + pair6,
                head("38", "Port block allocation (16)") + pair6 + block,
                head("39", "Port block de-allocation (17)") + pair6 + block,
                head("39", "Address binding delete (15)") + pair6));
        expected.addAll(LIMITS);
        assertEquals(expected, read(ipfix ? ipfix() : netflow9(), NatTemplates.Form.RFC8158, 512));
    }

    /** Field by field as Cisco's "High-Speed Logging for NAT" lists them. */
    @Test
    void highSpeedLogging() throws Exception {
        String tail = """
                Ingress VRFID: %d
                Protocol: UDP (17)
                Nat Event: NAT translation %s (Historic) (%d)
                Observation Time Milliseconds: Nov 14, 2023 22:21:%d.123000000 UTC
                """;
        List<String> expected = List.of(
                SESSION + ports(54, "40000", "53") + tail.formatted(7, "create", 1, 40),
                SESSION6 + ports(53, "40000", "53") + tail.formatted(0, "create", 1, 38),
                SESSION6 + ports(53, "40000", "53") + tail.formatted(0, "delete", 2, 39),
                LIMITS.get(0),
                LIMITS.get(1),
                """
                Nat Pool Id: 0
                Nat Event: NAT Addresses exhausted (3)
                """);
        assertEquals(expected, read(netflow9(), NatTemplates.Form.HSL, 0));
    }
}
