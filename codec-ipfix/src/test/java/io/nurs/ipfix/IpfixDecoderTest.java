package io.nurs.ipfix;

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
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class IpfixDecoderTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 40000);

    /** octetDeltaCount in 4 octets, as template 256. */
    private static final String TEMPLATE = "0002 000c 0100 0001 0001 0004";

    private final IpfixDecoder decoder =
            new IpfixDecoder(new DecoderLimits(3, 4, 16), List.of(TestFlow.CT_MARK, TestFlow.CT_HELPER));

    @Test
    void readsTheHeaderAndReverseElementsByName() {
        DecodedMessage message = decode(Golden.datagram("first.hex"));
        assertEquals(10, message.version());
        assertEquals(0, message.sequence());
        assertEquals(Instant.ofEpochSecond(1_700_000_060), message.exportTime());
        assertEquals(42, message.observationDomain());
        assertEquals(List.of(), message.anomalies());
        DataRecord flow = message.records().getFirst();
        assertEquals(5_000_000_000L, flow.unsigned(IanaElements.octetDeltaCount.reverse()));
        assertEquals(1_234_567, flow.unsigned(IanaElements.octetDeltaCount));
        assertEquals(
                "reversePacketDeltaCount", flow.fields().getLast().element().name());
    }

    @Test
    void learnsPrivateElementsFromTheExporter() {
        IpfixDecoder ignorant = new IpfixDecoder(DecoderLimits.DEFAULT);
        decode(ignorant, Golden.datagram("first.hex"));
        DecodedMessage unnamed = decode(ignorant, Golden.datagram("mixed.hex"));
        assertTrue(
                names(unnamed).contains("unknown32473_1"), () -> names(unnamed).toString());
        decode(ignorant, Golden.datagram("types.hex"));
        assertEquals(2, ignorant.learntElements());

        // The template came before the name: its records are named from now on, and its repetition is no other
        // template.
        DecodedMessage named = decode(ignorant, Golden.datagram("mixed.hex"));
        assertTrue(
                names(named).containsAll(List.of("nursCtMark", "nursCtHelper")),
                () -> names(named).toString());
        assertTrue(
                named.anomalies().stream().noneMatch(DecodeAnomaly.TemplateChanged.class::isInstance),
                () -> named.anomalies().toString());
    }

    @Test
    void keepsNoMoreNamesThanItMay() {
        IpfixDecoder limited = new IpfixDecoder(new DecoderLimits(3, 4, 16, 1));
        decode(limited, Golden.datagram("types.hex"));
        assertEquals(1, limited.learntElements());
    }

    @Test
    void nobodyRenamesWhatIsKnown() {
        String options = "0003 001a 012e 0004 0002 015a0004 012f0002 01530001 0155ffff";
        String iana = "012e 0010 00000000 0001 04 04 66616b65";
        String known = "012e 0010 00007ed9 0001 03 04 66616b65";
        String nonsense = "012e 0010 00007ed9 0009 03 04 0a0a0a0a";
        String asIana = "012e 001b 00007ed9 0009 03 0f" + "6f6374657444656c7461436f756e74";
        String other = "012e 0010 00007ed9 0009 63 04 66616b65";
        String right = "012e 0010 00007ed9 0009 03 04 66616b65";
        decode(message(0, options + iana + known + nonsense + asIana + other));
        assertEquals(0, decoder.learntElements());
        decode(message(6, right));
        assertEquals(1, decoder.learntElements());
    }

    private static List<String> names(DecodedMessage message) {
        return message.records().stream()
                .flatMap(record -> record.fields().stream())
                .map(field -> field.element().name())
                .toList();
    }

    @Test
    void readsVariableLengthsReducedSizesAndPrivateElements() {
        decode(Golden.datagram("first.hex"));
        DecodedMessage message = decode(Golden.datagram("mixed.hex"));
        assertEquals(List.of(), message.anomalies());
        assertEquals(
                List.of(256, 256, 257, 257, 258, 258, 258),
                message.records().stream().map(DataRecord::templateId).toList());
        DataRecord outside = message.records().get(2);
        assertEquals(Instant.ofEpochSecond(1_700_000_059, 123_456_789), value(outside, 0));
        assertEquals(Instant.ofEpochSecond(1_700_000_059, 123_456_000), value(outside, 1));
        assertEquals(1L << 33, outside.unsigned(IanaElements.octetDeltaCount));
        assertEquals("eth0", value(outside, 6));
        assertEquals("Außenleitung", value(outside, 7));
        assertEquals(7, outside.unsigned(TestFlow.CT_MARK));
        assertEquals("ftp", value(outside, 9));
        DataRecord longer = message.records().get(3);
        assertEquals("", value(longer, 6));
        assertEquals(300, longer.octets(IanaElements.interfaceDescription).length);
        assertEquals(0, longer.octets(TestFlow.CT_HELPER).length);
    }

    @Test
    void keepsUnknownPrivateElementsAsOctets() {
        IpfixDecoder stranger = new IpfixDecoder(DecoderLimits.DEFAULT);
        stranger.decode(SENDER, Unpooled.wrappedBuffer(Golden.datagram("first.hex")));
        DecodedMessage message =
                Objects.requireNonNull(stranger.decode(SENDER, Unpooled.wrappedBuffer(Golden.datagram("mixed.hex"))));
        DataRecord outside = message.records().get(2);
        assertEquals(
                InformationElement.unknown(32473, 1), outside.fields().get(8).element());
        assertEquals("00000007", value(outside, 8));
        assertEquals("667470", value(outside, 9));
    }

    @Test
    void readsOptionsTemplatesAndTheirData() {
        DecodedMessage message = decode(Golden.datagram("options.hex"));
        assertEquals(List.of(), message.anomalies());
        assertEquals(
                List.of(1, 2, 0),
                message.templates().stream().map(DecodedTemplate::scopeFields).toList());
        assertEquals(2, message.records().get(0).unsigned(IanaElements.ingressInterface));
        assertEquals("wan", value(message.records().get(1), 1));
        assertEquals(17, message.records().get(2).unsigned(IanaElements.ignoredPacketTotalCount));
    }

    @Test
    void countsDataRecordsThoseOfOptionsToo() {
        decode(Golden.datagram("options.hex"));
        assertEquals(List.of(), decode(message(4, "")).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.SequenceGap(4, 7)),
                decode(message(7, "")).anomalies());
    }

    @Test
    void sequenceWrapsWithoutGap() {
        decode(message(0xffff_ffff, TEMPLATE + "0100 0008 00000001"));
        assertEquals(List.of(), decode(message(0, "")).anomalies());
    }

    @Test
    void afterDataThatCannotBeCountedAnySequenceIsRight() {
        DecodedMessage message = decode(message(5, "0100 0008 00000001"));
        assertEquals(List.of(new DecodeAnomaly.UnknownTemplate(256, 4)), message.anomalies());
        assertEquals(List.of(), decode(message(77, "")).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.SequenceGap(77, 78)),
                decode(message(78, "")).anomalies());
    }

    @Test
    void reportsDataBeforeItsTemplate() {
        assertEquals(
                List.of(new DecodeAnomaly.UnknownTemplate(256, 4), new DecodeAnomaly.DataBeforeTemplate(256)),
                decode(message(0, "0100 0008 00000001" + TEMPLATE)).anomalies());
    }

    @Test
    void reportsATemplateThatChangedAndBelievesIt() {
        decode(message(0, TEMPLATE));
        assertEquals(List.of(), decode(message(0, TEMPLATE)).anomalies());
        DecodedMessage message = decode(message(0, "0002 000c 0100 0001 0002 0004 0100 0008 00000007"));
        assertEquals(List.of(new DecodeAnomaly.TemplateChanged(256)), message.anomalies());
        assertEquals(7, message.records().getFirst().unsigned(IanaElements.packetDeltaCount));
    }

    @Test
    void withdrawalOnAStreamFreesTheId() {
        stream(Golden.datagram("first.hex"));
        DecodedMessage message = stream(Golden.datagram("withdrawal.hex"));
        assertEquals(List.of(), message.anomalies());
        assertEquals(1_234_567, message.records().getFirst().unsigned(IanaElements.octetTotalCount));
        assertEquals(0, decoder.templates());
        assertEquals(
                List.of(new DecodeAnomaly.UnknownWithdrawal(300)),
                stream(message(2, "0002 0008 012c 0000")).anomalies());
    }

    @Test
    void withdrawalsOfAllLeaveTheOtherKindAlone() {
        stream(Golden.datagram("options.hex"));
        assertEquals(List.of(), stream(message(4, "0003 0008 0003 0000")).anomalies());
        assertEquals(1, decoder.templates());
        assertEquals(List.of(), stream(message(4, "0002 0008 0002 0000")).anomalies());
        assertEquals(0, decoder.templates());
    }

    @Test
    void withdrawalOnUdpIsReportedAndIgnored() {
        decode(message(0, TEMPLATE));
        assertEquals(
                List.of(new DecodeAnomaly.DatagramWithdrawal(256)),
                decode(message(0, "0002 0008 0100 0000")).anomalies());
        assertEquals(1, decoder.templates());
    }

    @Test
    void reportsALengthThatIsNotTheDatagrams() {
        byte[] tooLong = message(0, TEMPLATE);
        tooLong[3]++;
        assertEquals(
                List.of(new DecodeAnomaly.BadMessageLength(29, 28)),
                decode(tooLong).anomalies());
        byte[] trailing = hex("000a 001c 6553f13d 00000000 0000002a", TEMPLATE, "ffffffff");
        DecodedMessage message = decode(trailing);
        assertEquals(List.of(new DecodeAnomaly.BadMessageLength(28, 32)), message.anomalies());
        assertEquals(1, message.templates().size());
    }

    @Test
    void reportsPaddingThatIsNotZerosOrLongEnoughForATemplate() {
        decode(message(0, TEMPLATE));
        assertEquals(List.of(), decode(message(0, "0100 000b 00000007 000000")).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.BadPadding(256, 3)),
                decode(message(1, "0100 000b 00000007 000001")).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.BadPadding(2, 4)),
                decode(message(2, "0002 0010 0100 0001 0001 0004 00000000")).anomalies());
    }

    @Test
    void reportsALengthThatTheTypeCannotHaveOnce() {
        String template = "0002 0010 0100 0002 0004 0002 0098 0004";
        assertEquals(
                List.of(
                        new DecodeAnomaly.BadFieldLength(256, IanaElements.protocolIdentifier, 2),
                        new DecodeAnomaly.BadFieldLength(256, IanaElements.flowStartMilliseconds, 4)),
                decode(message(0, template)).anomalies());
        assertEquals(List.of(), decode(message(0, template)).anomalies());
    }

    @Test
    void recordThatLeadsOutOfItsSetEndsTheSetOnly() {
        decode(message(0, "0002 0010 0100 0002 0052 ffff 0053 ffff"));
        for (String record : List.of("05 61 62 63 64", "01 61 ff 01", "01 61 ff 00 01", "ff 00 ff 61 61")) {
            DecodedMessage message = decode(message(0, set(256, record) + TEMPLATE.replace("0100", "0101")));
            assertEquals(1, message.templates().size(), record);
            assertTrue(message.anomalies().getFirst() instanceof DecodeAnomaly.BadRecord, record);
        }
    }

    @Test
    void badSetLengthEndsTheMessageAndKeepsWhatCameBefore() {
        for (int length : new int[] {0, 3, 9, 65535}) {
            DecodedMessage message = decode(message(0, TEMPLATE + "0100 %04x 00000007".formatted(length)));
            assertEquals(1, message.templates().size());
            assertTrue(message.anomalies().contains(new DecodeAnomaly.BadSetLength(256, length, 8)));
        }
        assertEquals(
                List.of(new DecodeAnomaly.Truncated(3)),
                decode(message(0, "010000")).anomalies());
        for (int reserved : new int[] {0, 1, 4, 255}) {
            assertEquals(
                    List.of(new DecodeAnomaly.ReservedSet(reserved)),
                    decode(message(0, set(reserved, ""))).anomalies());
        }
    }

    @Test
    void reportsOnceThatRecordsAreSpreadOverSets() {
        String record = "0100 0008 00000007";
        assertEquals(
                List.of(new DecodeAnomaly.SplitSet(256)),
                decode(message(0, TEMPLATE + record.repeat(3))).anomalies());
        assertEquals(List.of(), decode(message(3, record + TEMPLATE + record)).anomalies());
    }

    @Test
    void refusesTemplatesThatMakeNoSense() {
        List<String> sets = List.of(
                set(2, "00ff 0001 0001 0004"),
                set(2, "0100 0002 0001 0004"),
                set(2, "0100 ffff 0001 0004"),
                set(2, "0100 0001 8001 0004"),
                set(2, "0100 0002 8001 0004 00007fd9"),
                set(2, "0100 0001 0001 0000"),
                set(2, "0100 0002 0001 0004 0004 0000"),
                set(3, "0100 0001 0002 0001 0004"),
                set(3, "0100 0001"));
        for (String set : sets) {
            DecodedMessage message = decode(message(0, set));
            assertEquals(List.of(), message.templates(), set);
            assertTrue(message.anomalies().stream().anyMatch(DecodeAnomaly.BadTemplate.class::isInstance), set);
        }
    }

    @Test
    void limitsTemplatesFieldsAndSenders() {
        for (int id = 256; id < 256 + 6; id++) {
            decode(message(0, TEMPLATE.replace("0100", "%04x".formatted(id))));
        }
        assertEquals(2, decoder.stats().refusedTemplates());
        decode(message(0, set(2, "0100 0011" + "00010004".repeat(17))));
        assertEquals(3, decoder.stats().refusedTemplates());
        for (int port = 1; port <= 10; port++) {
            decoder.decode(new InetSocketAddress("192.0.2.1", port), Unpooled.wrappedBuffer(message(0, "")));
        }
        assertEquals(3, decoder.senders());
    }

    @Test
    void keepsTemplatesAndSequencesPerDomain() {
        decode(Golden.datagram("first.hex"));
        byte[] other = Golden.datagram("mixed.hex");
        other[15] = 43;
        assertTrue(decode(other).anomalies().contains(new DecodeAnomaly.UnknownTemplate(256, 124)));
        assertEquals(0, decoder.stats().sequenceGaps());
    }

    @Test
    void readsAFileOfMessagesAndLeavesTheUnfinishedOne() {
        ByteBuf file = Unpooled.wrappedBuffer(Golden.datagram("first.hex"), Golden.datagram("mixed.hex"));
        List<DecodedMessage> messages = new ArrayList<>();
        assertTrue(decoder.decodeAll(SENDER, file.readSlice(file.readableBytes() - 1), messages::add));
        assertEquals(1, messages.size());
        file.readerIndex(0);
        assertTrue(decoder.decodeAll(SENDER, file, messages::add));
        assertEquals(3, messages.size());
        assertFalse(decoder.decodeAll(SENDER, Unpooled.wrappedBuffer(new byte[] {0, 9, 0, 0}), messages::add));
    }

    @Test
    void handlerReleasesMessagesAndPassesOtherVersionsOn() {
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        ByteBuf datagram = Unpooled.copiedBuffer(Golden.datagram("first.hex"));
        ByteBuf message = Unpooled.copiedBuffer(Golden.datagram("mixed.hex"));
        ByteBuf netflow = Unpooled.copiedBuffer(new byte[] {0, 9});
        channel.writeInbound(new DatagramPacket(datagram, new InetSocketAddress("192.0.2.2", 4739), SENDER));
        channel.writeInbound(message, netflow, "a message");
        assertEquals(SENDER, channel.<DecodedMessage>readInbound().sender());
        assertEquals(10, channel.<DecodedMessage>readInbound().version());
        assertEquals(netflow, channel.<ByteBuf>readInbound());
        assertEquals("a message", channel.readInbound());
        assertEquals(0, datagram.refCnt() + message.refCnt());
        assertEquals(1, netflow.refCnt());
        netflow.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void countsMessagesWithoutHeader() {
        assertNull(decoder.decode(SENDER, Unpooled.EMPTY_BUFFER));
        assertNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(new byte[] {0, 10, 0, 16})));
        assertEquals(2, decoder.stats().undecodable());
    }

    @Test
    void octetsOfAValueAreThoseOnTheWire() {
        DecodedMessage message = decode(message(0, set(2, "0100 0001 0052 ffff") + set(256, "ff 0002 6162")));
        assertArrayEquals(new byte[] {'a', 'b'}, message.records().getFirst().octets(IanaElements.interfaceName));
    }

    private static Object value(DataRecord record, int index) {
        return record.fields().get(index).value();
    }

    private DecodedMessage decode(byte[] datagram) {
        return decode(decoder, datagram);
    }

    private static DecodedMessage decode(IpfixDecoder decoder, byte[] datagram) {
        return Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram)));
    }

    private DecodedMessage stream(byte[] message) {
        return Objects.requireNonNull(decoder.decodeStream(SENDER, Unpooled.wrappedBuffer(message)));
    }

    private static byte[] message(int sequence, String sets) {
        byte[] content = hex(sets);
        return hex("000a %04x 6553f13d %08x 0000002a".formatted(16 + content.length, sequence), sets);
    }

    private static String set(int id, String content) {
        return "%04x %04x".formatted(id, 4 + hex(content).length) + content;
    }

    private static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
    }
}
