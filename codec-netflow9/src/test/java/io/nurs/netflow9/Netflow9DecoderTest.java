package io.nurs.netflow9;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class Netflow9DecoderTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 40000);

    /** count, then uptime, seconds, sequence, source id. */
    private static final String HEADER = "0009 %04x 0000ec54 6553f13d %08x 0000002a";

    private final Netflow9Decoder decoder = new Netflow9Decoder(new DecoderLimits(3, 4, 16));

    @Test
    void readsTheHeader() {
        DecodedMessage message = decode(Golden.datagram("first.hex"));
        assertEquals(SENDER, message.sender());
        assertEquals(9, message.version());
        assertEquals(0, message.sequence());
        assertEquals(Instant.ofEpochSecond(1_700_000_061), message.exportTime());
        assertEquals(60_500, message.sysUptimeMillis());
        assertEquals(42, message.observationDomain());
        assertEquals(List.of(), message.anomalies());
    }

    @Test
    void readsEveryFieldOfARecord() throws Exception {
        DataRecord flow = decode(Golden.datagram("first.hex")).records().getFirst();
        assertEquals(256, flow.templateId());
        assertEquals(InetAddress.getByName("192.0.2.10"), flow.address(IanaElements.sourceIPv4Address));
        assertEquals(InetAddress.getByName("198.51.100.20"), flow.address(IanaElements.destinationIPv4Address));
        assertEquals(40000, flow.unsigned(IanaElements.sourceTransportPort));
        assertEquals(1_234_567, flow.unsigned(IanaElements.octetDeltaCount));
        assertEquals(58_250, flow.unsigned(IanaElements.flowStartSysUpTime));
        assertFalse(flow.has(IanaElements.sourceIPv6Address));
        assertEquals(12, flow.fields().size());
        assertEquals(
                new DataRecord.DataField(IanaElements.protocolIdentifier, 6L),
                flow.fields().get(4));
    }

    @Test
    void readsSeveralRecordsTemplatesAndFlowSets() {
        decode(Golden.datagram("first.hex"));
        DecodedMessage message = decode(Golden.datagram("mixed.hex"));
        assertEquals(
                List.of(256, 256, 257, 258, 256),
                message.records().stream().map(DataRecord::templateId).toList());
        assertEquals(
                List.of(257, 258),
                message.templates().stream().map(DecodedTemplate::id).toList());
        assertEquals(List.of(), message.anomalies());
    }

    @Test
    void readsOptionsTemplatesAndTheirData() {
        // Scope Interface(2):4, options 10:4 and interfaceName(82):8.
        DecodedMessage message = decode(hex(
                HEADER.formatted(2, 0),
                "0001 0018 0101 0004 0008 0002 0004 000a 0004 0052 0008 0000",
                "0101 0014 00000002 00000007 657468300000 0000"));
        assertEquals(List.of(), message.anomalies());
        assertTrue(message.templates().getFirst().isOptions());
        DataRecord options = message.records().getFirst();
        assertEquals(2, options.unsigned(Netflow9Scope.INTERFACE));
        assertEquals(7, options.unsigned(IanaElements.ingressInterface));
        assertEquals("eth0", options.fields().getLast().value());
    }

    @Test
    void keepsUnknownElementsAsOctets() {
        DecodedMessage message =
                decode(hex(HEADER.formatted(2, 0), "0000 000c 0100 0001 80ea 0004", "0100 0008 deadbeef"));
        DataRecord record = message.records().getFirst();
        InformationElement vendors = InformationElement.unknown(0, 33002);
        assertArrayEquals(HexFormat.of().parseHex("deadbeef"), record.octets(vendors));
        assertEquals("deadbeef", record.fields().getFirst().value());
    }

    @Test
    void keepsTemplatesPerSenderAndSourceId() {
        byte[] mixed = Golden.datagram("mixed.hex");
        decode(Golden.datagram("first.hex"));
        InetSocketAddress other = new InetSocketAddress("192.0.2.1", 40001);
        DecodedMessage fromOther = Objects.requireNonNull(decoder.decode(other, Unpooled.wrappedBuffer(mixed)));
        assertTrue(fromOther.anomalies().contains(new DecodeAnomaly.UnknownTemplate(256, 92)));
        mixed[19] = 43;
        assertTrue(decode(mixed).anomalies().contains(new DecodeAnomaly.UnknownTemplate(256, 92)));
        assertEquals(3, decoder.senders());
        assertEquals(4, decoder.stats().unknownTemplates());
    }

    @Test
    void templateReplacesTheEarlierOneOfItsId() {
        decode(Golden.datagram("first.hex"));
        DecodedMessage message =
                decode(hex(HEADER.formatted(2, 1), "0000 000c 0100 0001 0001 0004", "0100 0008 00000007"));
        assertEquals(7, message.records().getFirst().unsigned(IanaElements.octetDeltaCount));
    }

    @Test
    void reportsSequenceGapsPerSourceId() {
        decode(empty(5));
        assertEquals(
                List.of(new DecodeAnomaly.SequenceGap(6, 9)), decode(empty(9)).anomalies());
        assertEquals(List.of(), decode(empty(10)).anomalies());
        byte[] otherSource = empty(0);
        otherSource[19] = 1;
        assertEquals(List.of(), decode(otherSource).anomalies());
        assertEquals(1, decoder.stats().sequenceGaps());
    }

    @Test
    void sequenceWrapsWithoutGap() {
        decode(empty(-1));
        assertEquals(List.of(), decode(empty(0)).anomalies());
    }

    @Test
    void badFlowSetLengthEndsTheMessageAndKeepsWhatCameBefore() {
        for (int length : new int[] {0, 1, 3, 5 + 4, 65535}) {
            DecodedMessage message = decode(hex(
                    HEADER.formatted(1, 0), "0000 000c 0100 0001 0001 0004", "0100 %04x 00000007".formatted(length)));
            assertEquals(1, message.templates().size());
            assertTrue(message.anomalies().contains(new DecodeAnomaly.BadSetLength(256, length, 8)));
        }
    }

    @Test
    void reportsTruncationReservedSetsAndBadPadding() {
        assertEquals(
                List.of(new DecodeAnomaly.Truncated(3)),
                decode(hex(HEADER.formatted(0, 0), "010000")).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.ReservedSet(2)),
                decode(hex(HEADER.formatted(0, 1), "0002 0004")).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.BadPadding(256, 1)),
                decode(hex(HEADER.formatted(2, 2), "0000 000c 0100 0001 0001 0007", "0100 000c 00000000000007 01"))
                        .anomalies());
    }

    @Test
    void refusesTemplatesThatMakeNoSense() {
        assertBadTemplate("0000 0008 0100 0000");
        assertBadTemplate("0000 000c 00ff 0001 0001 0004");
        assertBadTemplate("0000 000c 0100 0002 0001 0004");
        assertBadTemplate("0000 000c 0100 ffff 0001 0004");
        assertBadTemplate("0000 000c 0100 0001 0001 0000");
        assertBadTemplate("0000 0010 0100 0002 0001 0004 0004 0000");
        assertBadTemplate("0001 0010 0100 0003 0004 0001 0004 0000");
        assertBadTemplate("0001 0010 0100 fffc fffc 0001 0004 0000");
    }

    @Test
    void reportsLengthsThatTheTypeCannotHave() {
        DecodedMessage message = decode(hex(HEADER.formatted(1, 0), "0000 0010 0100 0002 0004 0002 0006 0004"));
        assertEquals(
                List.of(
                        new DecodeAnomaly.BadFieldLength(256, IanaElements.protocolIdentifier, 2),
                        new DecodeAnomaly.BadFieldLength(256, IanaElements.tcpControlBits, 4)),
                message.anomalies());
    }

    @Test
    void reportsDataBeforeItsTemplate() {
        DecodedMessage message =
                decode(hex(HEADER.formatted(2, 0), "0100 0008 00000007", "0000 000c 0100 0001 0001 0004"));
        assertEquals(
                List.of(new DecodeAnomaly.UnknownTemplate(256, 4), new DecodeAnomaly.DataBeforeTemplate(256)),
                message.anomalies());
    }

    @Test
    void limitsTemplatesFieldsAndSenders() {
        for (int id = 256; id < 256 + 6; id++) {
            decode(hex(HEADER.formatted(1, id - 256), "0000 000c %04x 0001 0001 0004".formatted(id)));
        }
        assertEquals(2, decoder.stats().refusedTemplates());
        decode(hex(HEADER.formatted(1, 6), "0000 004c 0100 0011" + "00010004".repeat(17)));
        assertEquals(3, decoder.stats().refusedTemplates());
        for (int port = 1; port <= 10; port++) {
            decoder.decode(new InetSocketAddress("192.0.2.1", port), Unpooled.wrappedBuffer(empty(0)));
        }
        assertEquals(3, decoder.senders());
        assertEquals(8, decoder.stats().evictedSenders());
    }

    @Test
    void reportsACountThatIsNotTheNumberOfRecords() {
        byte[] datagram = Golden.datagram("first.hex");
        datagram[3] = 3;
        assertEquals(
                List.of(new DecodeAnomaly.CountMismatch(3, 2)), decode(datagram).anomalies());
    }

    @Test
    void countsDatagramsWithoutHeader() {
        assertNull(decoder.decode(SENDER, Unpooled.EMPTY_BUFFER));
        assertNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(new byte[] {0, 9, 0, 1})));
        assertEquals(2, decoder.stats().undecodable());
    }

    @Test
    void handlerReleasesDatagramsAndPassesOtherVersionsOn() {
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        ByteBuf netflow = Unpooled.copiedBuffer(Golden.datagram("first.hex"));
        ByteBuf stump = Unpooled.copiedBuffer(new byte[] {0, 9});
        ByteBuf ipfix = Unpooled.copiedBuffer(new byte[] {0, 10, 0, 16});
        channel.writeInbound(packet(netflow), packet(stump), packet(ipfix), "a message");
        DecodedMessage message = channel.readInbound();
        assertEquals(1, message.records().size());
        DatagramPacket passed = channel.readInbound();
        assertEquals(1, passed.content().refCnt());
        assertEquals("a message", channel.readInbound());
        assertEquals(0, netflow.refCnt());
        assertEquals(0, stump.refCnt());
        passed.release();
        channel.finishAndReleaseAll();
    }

    private void assertBadTemplate(String set) {
        DecodedMessage message = decode(hex(HEADER.formatted(0, 0), set));
        assertEquals(List.of(), message.templates());
        assertTrue(message.anomalies().stream().anyMatch(DecodeAnomaly.BadTemplate.class::isInstance), set);
    }

    private DecodedMessage decode(byte[] datagram) {
        return Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram)));
    }

    private static byte[] empty(int sequence) {
        return hex(HEADER.formatted(0, sequence));
    }

    private static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
    }

    private static DatagramPacket packet(ByteBuf content) {
        return new DatagramPacket(content, new InetSocketAddress("192.0.2.2", 9995), SENDER);
    }
}
