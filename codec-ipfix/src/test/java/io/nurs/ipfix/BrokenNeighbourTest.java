package io.nurs.ipfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecoderLimits;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A set, a template or a record that is broken spoils itself, and nothing beside it. */
class BrokenNeighbourTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 40000);

    /** octetDeltaCount in 4 octets. */
    private static final String TEMPLATE = set(2, "0100 0001 0001 0004");

    private static final String DATA = set(256, "00000007");

    private final IpfixDecoder decoder = new IpfixDecoder(DecoderLimits.DEFAULT);

    @Test
    void aTemplateThatMakesNoSenseLeavesThoseBehindItInItsSet() {
        String sound = "0101 0001 0001 0004";
        for (String broken : List.of(
                "0005 0001 0001 0004",
                "0100 0001 0001 0000",
                "0100 0002 0001 0004 0008 0000",
                "0100 0001 8001 0000 00007ed9")) {
            DecodedMessage message = decode(set(2, broken + sound) + set(257, "00000007"));
            assertEquals(List.of(257), ids(message.templates()), broken);
            assertEquals(1, message.records().size(), broken);
            assertTrue(message.anomalies().getFirst() instanceof DecodeAnomaly.BadTemplate, broken);
            assertEquals(1, message.anomalies().size(), broken);
        }
    }

    @Test
    void anOptionsTemplateThatMakesNoSenseLeavesThoseBehindIt() {
        DecodedMessage message =
                decode(set(3, "0100 0001 0002 0001 0004" + "0101 0001 0001 000a 0004") + set(257, "00000003"));
        assertEquals(List.of(new DecodeAnomaly.BadTemplate(256, "scope of 2 of 1 fields")), message.anomalies());
        assertEquals(1, message.records().size());
    }

    @Test
    void whatCannotBeFoundInItsSetIsFoundInTheNext() {
        DecodedMessage message = decode(set(2, "0101 0009 0001 0004") + TEMPLATE + DATA);
        assertEquals(List.of(256), ids(message.templates()));
        assertEquals(1, message.records().size());
    }

    @Test
    void aRecordThatLeadsOutOfItsSetLeavesTheSetsBehindIt() {
        DecodedMessage message =
                decode(set(2, "0102 0001 0052 ffff") + set(258, "01 61 09 61") + TEMPLATE + DATA + set(258, "01 62"));
        assertEquals(
                List.of(258, 256, 258),
                message.records().stream().map(DataRecord::templateId).toList());
        assertEquals(List.of(new DecodeAnomaly.BadRecord(258, 2)), message.anomalies());
    }

    @Test
    void reservedAndUnknownSetsLeaveTheOthers() {
        DecodedMessage message = decode(set(9, "00000000") + set(300, "00000001") + TEMPLATE + DATA);
        assertEquals(1, message.records().size());
        assertEquals(2, message.anomalies().size());
    }

    @Test
    void anIdHasNoMeaningAfterATemplateThatMakesNoSense() {
        for (String broken : List.of("0100 0009 0001 0004", "0100 0001 0001 0000", "0100 0001 0001")) {
            assertEquals(1, decode(TEMPLATE + DATA).records().size());
            decode(set(2, broken));
            DecodedMessage after = decode(DATA);
            assertEquals(List.of(), after.records(), broken);
            assertEquals(List.of(new DecodeAnomaly.UnknownTemplate(256, 4)), after.anomalies(), broken);
            assertEquals(1, decode(TEMPLATE + DATA).records().size(), broken);
        }
    }

    @Test
    void norAfterOneThatIsBeyondTheLimits() {
        assertEquals(1, decode(TEMPLATE + DATA).records().size());
        decode(set(2, "0100 0081" + "0001 0004".repeat(129)));
        assertEquals(List.of(), decode(DATA).records());
    }

    @Test
    void otherTemplatesKeepTheirs() {
        decode(TEMPLATE + set(2, "0101 0001 0001 0004"));
        DecodedMessage message = decode(set(2, "0101 0009 0001 0004") + DATA);
        assertEquals(1, message.records().size());
    }

    @Test
    void anOptionsTemplateWithoutAScopeIsReadAndReported() {
        DecodedMessage message = decode(set(3, "0100 0001 0000 000a 0004") + set(256, "00000003"));
        assertEquals(List.of(new DecodeAnomaly.NoScope(256)), message.anomalies());
        assertTrue(message.records().getFirst().template().isOptions());
        assertEquals(List.of(), decode(set(3, "0100 0001 0000 000a 0004")).anomalies(), "said once");
    }

    /** 65,000 records of 128 fields each would be eight million values. */
    @Test
    void aDatagramDoesNotComeToMoreValuesThanItMay() {
        String bomb = set(2, "0100 0080" + "0052 0000".repeat(127) + "0004 0001");
        String small = set(2, "0101 0001 0004 0001") + set(257, "06");
        DecodedMessage message = decode(bomb + set(256, "06".repeat(60_000)) + small);
        assertTrue(values(message) <= DecoderLimits.MAX_VALUES_PER_MESSAGE, () -> values(message) + " values");
        assertEquals(
                List.of(new DecodeAnomaly.TooManyValues(256, DecoderLimits.MAX_VALUES_PER_MESSAGE)),
                message.anomalies(),
                "reported once");
        assertEquals(List.of(256, 257), ids(message.templates()));
        assertEquals(1, decode(set(257, "06")).records().size(), "the next message is read");
    }

    @Test
    void aShortDatagramComesToFewerValues() {
        String bomb = set(2, "0100 0080" + "0052 0000".repeat(127) + "0004 0001");
        DecodedMessage message = decode(bomb + set(256, "06".repeat(1000)));
        assertTrue(values(message) <= 4000, () -> values(message) + " values");
    }

    /** Each value takes an octet, so no message of a type's own lengths has too many. */
    @Test
    void aDatagramFullOfSmallRecordsIsReadWhole() {
        DecodedMessage message = decode(set(2, "0100 0001 0004 0001") + set(256, "06".repeat(65_000)));
        assertEquals(65_000, message.records().size());
        assertEquals(List.of(), message.anomalies());
    }

    private static long values(DecodedMessage message) {
        return message.records().stream()
                .mapToLong(record -> record.fields().size())
                .sum();
    }

    private static List<Integer> ids(List<DecodedTemplate> templates) {
        return templates.stream().map(DecodedTemplate::id).toList();
    }

    private DecodedMessage decode(String sets) {
        byte[] content = HexFormat.of().parseHex(sets.replace(" ", ""));
        String header = "000a%04x6553f13d000000000000002a".formatted(16 + content.length);
        byte[] message = HexFormat.of().parseHex(header + sets.replace(" ", ""));
        DecodedMessage decoded = Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(message)));
        return new DecodedMessage(
                decoded.sender(),
                decoded.version(),
                decoded.sequence(),
                decoded.exportTime(),
                decoded.sysUptimeMillis(),
                decoded.observationDomain(),
                decoded.templates(),
                decoded.records(),
                decoded.anomalies().stream()
                        .filter(anomaly -> !anomaly.isOfSequence())
                        .toList());
    }

    private static String set(int id, String content) {
        int length = 4 + content.replace(" ", "").length() / 2;
        return "%04x%04x".formatted(id, length) + content;
    }
}
