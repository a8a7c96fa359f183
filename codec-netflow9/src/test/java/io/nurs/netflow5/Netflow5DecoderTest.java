package io.nurs.netflow5;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.netflow9.Golden;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class Netflow5DecoderTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 2055);
    private static final int COUNT = 2;
    private static final int SEQUENCE = 16;
    private static final int ENGINE = 20;
    private static final int SAMPLING = 22;

    private final Netflow5Decoder decoder = new Netflow5Decoder(DecoderLimits.DEFAULT);
    private final byte[] golden = Golden.datagram("/io/nurs/netflow5/two.hex");

    @Test
    void readsTheHeader() {
        DecodedMessage message = decode(golden);
        assertEquals(5, message.version());
        assertEquals(3, message.sequence());
        assertEquals(0x0102, message.observationDomain());
        assertEquals(60_500, message.sysUptimeMillis());
        assertEquals(Instant.ofEpochSecond(1_700_000_061), message.exportTime());
        assertEquals(List.of(), message.templates());
        assertEquals(List.of(), message.anomalies());
    }

    @Test
    void readsEachFieldOfARecord() {
        DataRecord record = decode(golden).records().getFirst();
        assertEquals(InetAddress.ofLiteral("192.0.2.10"), record.address(sourceIPv4Address));
        assertEquals(InetAddress.ofLiteral("198.51.100.20"), record.address(destinationIPv4Address));
        assertEquals(InetAddress.ofLiteral("0.0.0.0"), record.address(ipNextHopIPv4Address));
        assertEquals(3, record.unsigned(ingressInterface));
        assertEquals(65_535, record.unsigned(egressInterface));
        assertEquals(890, record.unsigned(packetDeltaCount));
        assertEquals(1_234_567, record.unsigned(octetDeltaCount));
        assertEquals(58_250, record.unsigned(flowStartSysUpTime));
        assertEquals(59_600, record.unsigned(flowEndSysUpTime));
        assertEquals(40_000, record.unsigned(sourceTransportPort));
        assertEquals(443, record.unsigned(destinationTransportPort));
        assertEquals(6, record.unsigned(protocolIdentifier));
        assertFalse(record.has(paddingOctets));
    }

    @Test
    void readsTheFieldsBehindThePadding() {
        byte[] datagram = golden.clone();
        byte[] behind = {(byte) 0xee, 0x1b, 6, 0x10, (byte) 0xfd, (byte) 0xe8, (byte) 0xfd, (byte) 0xe9, 24, 16};
        System.arraycopy(behind, 0, datagram, 24 + 36, behind.length);
        DataRecord record = decode(datagram).records().getFirst();
        assertEquals(0x1b, record.unsigned(tcpControlBits));
        assertEquals(6, record.unsigned(protocolIdentifier));
        assertEquals(0x10, record.unsigned(ipClassOfService));
        assertEquals(65_000, record.unsigned(bgpSourceAsNumber));
        assertEquals(65_001, record.unsigned(bgpDestinationAsNumber));
        assertEquals(24, record.unsigned(sourceIPv4PrefixLength));
        assertEquals(16, record.unsigned(destinationIPv4PrefixLength));
    }

    @Test
    void recordsHaveTheHeadersSamplingIfItSaysAny() {
        DataRecord sampled = decode(golden).records().getLast();
        assertEquals(100, sampled.unsigned(samplingInterval));
        assertEquals(2, sampled.unsigned(samplingAlgorithm));
        byte[] most = with(golden, SAMPLING, 0x7fff);
        assertEquals(16_383, decode(most).records().getFirst().unsigned(samplingInterval));
        assertEquals(1, decode(most).records().getFirst().unsigned(samplingAlgorithm));
        DataRecord plain = decode(with(golden, SAMPLING, 0)).records().getFirst();
        assertFalse(plain.has(samplingInterval));
    }

    @Test
    void theSequenceCountsFlowsOfEachEngine() {
        decode(golden);
        assertEquals(List.of(), decode(with(golden, SEQUENCE + 2, 5)).anomalies());
        assertEquals(
                List.of(),
                decode(with(with(golden, SEQUENCE + 2, 70), ENGINE, 7)).anomalies());
        assertEquals(
                List.of(new DecodeAnomaly.SequenceGap(7, 10)),
                decode(with(golden, SEQUENCE + 2, 10)).anomalies());
    }

    @Test
    void complainsIfTheCountIsNotWhatTheLengthIsMadeFor() {
        DecodedMessage more = decode(with(golden, COUNT, 3));
        assertEquals(List.of(new DecodeAnomaly.BadMessageLength(168, 120)), more.anomalies());
        assertEquals(2, more.records().size());
        DecodedMessage less = new Netflow5Decoder(DecoderLimits.DEFAULT)
                .decode(SENDER, Unpooled.wrappedBuffer(with(golden, COUNT, 1)));
        assertNotNull(less);
        assertEquals(List.of(new DecodeAnomaly.BadMessageLength(72, 120)), less.anomalies());
        assertEquals(1, less.records().size());
    }

    @Test
    void aRecordThatIsCutSpoilsOnlyItself() {
        DecodedMessage message = decode(Arrays.copyOf(golden, golden.length - 1));
        assertEquals(List.of(new DecodeAnomaly.BadMessageLength(120, 119)), message.anomalies());
        assertEquals(1, message.records().size());
    }

    @Test
    void complainsOfMoreThanThirtyRecordsAndReadsThem() {
        byte[] datagram = Arrays.copyOf(with(golden, COUNT, 31), 24 + 31 * 48);
        DecodedMessage message = decode(datagram);
        assertEquals(List.of(new DecodeAnomaly.TooManyRecords(31, 30)), message.anomalies());
        assertEquals(31, message.records().size());
    }

    @Test
    void whatHasNoHeaderIsUndecodable() {
        assertNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(golden, 0, 23)));
        assertNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(with(golden, 0, 7))));
        assertEquals(2, decoder.stats().undecodable());
    }

    private DecodedMessage decode(byte[] datagram) {
        DecodedMessage message = decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram));
        assertNotNull(message);
        return message;
    }

    private static byte[] with(byte[] datagram, int offset, int value) {
        byte[] changed = datagram.clone();
        changed[offset] = (byte) (value >> 8);
        changed[offset + 1] = (byte) value;
        return changed;
    }
}
