package io.nurs.netflow9;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.IanaElements;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A FlowSet, a template or a record that is broken spoils itself, and nothing beside it. */
class BrokenNeighbourTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 40000);
    private static final String TEMPLATE = "0000 000c 0100 0001 0001 0004";
    private static final String DATA = "0100 0008 00000007";

    private final Netflow9Decoder decoder = new Netflow9Decoder(DecoderLimits.DEFAULT);
    private int sequence;

    @Test
    void aTemplateThatMakesNoSenseLeavesThoseBehindItInItsSet() {
        for (String broken : List.of("0005 0001 0001 0004", "0101 0001 0001 0000", "0101 0001 0008 0000")) {
            DecodedMessage message = decode(2, "0000 0014" + broken + "0100 0001 0001 0004" + DATA);
            assertEquals(1, message.records().size(), broken);
            assertEquals(1, message.anomalies().size(), broken);
            assertTrue(message.anomalies().getFirst() instanceof DecodeAnomaly.BadTemplate, broken);
        }
    }

    @Test
    void anOptionsTemplateThatMakesNoSenseLeavesThoseBehindIt() {
        String broken = "0101 0003 0001 0004 0001";
        String sound = "0102 0004 0004 0002 0004 000a 0004";
        DecodedMessage message = decode(2, "0001 001c" + broken + sound + "0102 000c 00000001 00000003");
        assertEquals(1, message.records().size());
        assertEquals(
                List.of(new DecodeAnomaly.BadTemplate(257, "scope of 3, options of 1 octets")), message.anomalies());
    }

    @Test
    void anIdHasNoMeaningAfterATemplateThatMakesNoSense() {
        assertEquals(1, decode(2, TEMPLATE + DATA).records().size());
        decode(0, "0000 000c 0100 0009 0001 0004");
        DecodedMessage after = decode(1, DATA);
        assertEquals(List.of(), after.records());
        assertEquals(List.of(new DecodeAnomaly.UnknownTemplate(256, 4)), after.anomalies());
        assertEquals(1, decode(2, TEMPLATE + DATA).records().size());
    }

    @Test
    void aVariableLengthIsReadAsIpfixHasItAndReported() {
        DecodedMessage message =
                decode(2, "0000 0010 0100 0002 0001 0004 0052 ffff" + "0100 0010 00000007 04 65746830 000000");
        assertEquals(List.of(new DecodeAnomaly.VariableLength(256, IanaElements.interfaceName)), message.anomalies());
        assertEquals("eth0", message.records().getFirst().fields().getLast().value());
    }

    @Test
    void anOptionsTemplateWithoutAScopeIsReadAndReported() {
        DecodedMessage message = decode(2, "0001 0010 0101 0000 0004 0022 0004 0000" + "0101 0008 000003e8");
        assertEquals(List.of(new DecodeAnomaly.NoScope(257)), message.anomalies());
        assertTrue(message.records().getFirst().template().isOptions());
        assertEquals(1000, message.records().getFirst().unsigned(IanaElements.samplingInterval));
    }

    /** The system as a whole needs no octets to be named. */
    @Test
    void aScopeMayBeSentInNoOctets() {
        DecodedMessage message = decode(2, "0001 0014 0101 0004 0004 0001 0000 0022 0004 0000" + "0101 0008 000003e8");
        assertEquals(1, message.records().size());
    }

    @Test
    void aDatagramDoesNotComeToMoreValuesThanItMay() {
        String bomb = "0000 0208 0100 0080" + "0052 0000".repeat(127) + "0004 0001";
        DecodedMessage message = decode(2, bomb + "0100 ea64" + "06".repeat(60_000));
        long values = message.records().stream()
                .mapToLong(record -> record.fields().size())
                .sum();
        assertTrue(values <= DecoderLimits.MAX_VALUES_PER_MESSAGE, () -> values + " values");
        assertTrue(message.anomalies()
                .contains(new DecodeAnomaly.TooManyValues(256, DecoderLimits.MAX_VALUES_PER_MESSAGE)));
    }

    private DecodedMessage decode(int count, String sets) {
        String header = "0009 %04x 0000ec54 6553f13d %08x 0000002a".formatted(count, sequence++);
        byte[] datagram = HexFormat.of().parseHex((header + sets).replace(" ", ""));
        return Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram)));
    }
}
