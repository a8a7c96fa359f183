package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.source.EmbeddedPackets;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DataRecord;
import io.nurs.flow.InformationElement;
import io.nurs.netlink.NetlinkBatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What collectors are sent of packets that a kernel logged, in both protocols. */
class PacketRecordsTest {
    private static final long NOBODY = 0xffff_ffffL;
    private static final int BATCHES = 3_000;

    private static List<DataRecord> sent(String protocol, byte[]... datagrams) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(
                RecordConfigs.config(protocol + "://192.0.2.1?enterprise-elements=all"), RecordKind.PACKETS)) {
            new EmbeddedPackets(collector.exporter(false)).read(datagrams);
            return collector.records(false);
        }
    }

    private static DataRecord sent(String protocol, String capture) {
        List<DataRecord> records = sent(protocol, EmbeddedPackets.capture(capture));
        assertEquals(1, records.size());
        return records.getFirst();
    }

    private static InformationElement own(NursElement element, String protocol) {
        return element.in(protocol.equals("ipfix") ? FlowProtocol.IPFIX : FlowProtocol.NETFLOW9, 32473);
    }

    private static String prefix(DataRecord record, String protocol) {
        return new String(record.octets(own(NursElement.packetPrefix, protocol)), StandardCharsets.UTF_8)
                .replace("\0", "");
    }

    private static String hex(DataRecord record, InformationElement element) {
        return HexFormat.of().formatHex(record.octets(element));
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void aPacketOfAProcessHasItsOwnerItsMarkAndItsPrefix(String protocol) {
        DataRecord record = sent(protocol, "output-udp4");
        assertEquals(621, record.templateId());
        assertEquals("c0000201", hex(record, sourceIPv4Address));
        assertEquals("c0000202", hex(record, destinationIPv4Address));
        assertEquals(40_000, record.unsigned(sourceTransportPort));
        assertEquals(53, record.unsigned(destinationTransportPort));
        assertEquals(17, record.unsigned(protocolIdentifier));
        assertEquals(13 + 8 + 20, record.unsigned(ipTotalLength));
        assertEquals(64, record.unsigned(ipTTL));
        assertEquals(3, record.unsigned(egressInterface));
        assertEquals(0, record.unsigned(ingressInterface));
        assertEquals(1, record.unsigned(flowDirection));
        assertEquals(5, record.unsigned(selectionSequenceId));
        assertEquals("out: ", prefix(record, protocol));
        assertEquals(0x2a, record.unsigned(own(NursElement.packetMark, protocol)));
        assertEquals(1234, record.unsigned(own(NursElement.packetUid, protocol)));
        assertEquals(5678, record.unsigned(own(NursElement.packetGid, protocol)));
        assertEquals(3, record.unsigned(own(NursElement.packetHook, protocol)));
        assertEquals(2, record.unsigned(own(NursElement.packetFamily, protocol)));
        assertEquals(255, record.unsigned(own(NursElement.packetVerdict, protocol)));
        assertEquals(255, record.unsigned(own(NursElement.packetConntrackInfo, protocol)));
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void aPacketThatCameInHasItsMacAddressesAndItsFlags(String protocol) {
        DataRecord record = sent(protocol, "input-tcp4");
        assertEquals(620, record.templateId());
        assertEquals(443, record.unsigned(destinationTransportPort));
        assertEquals(2, record.unsigned(tcpControlBits));
        assertEquals("020000000002", hex(record, sourceMacAddress));
        assertEquals("020000000001", hex(record, destinationMacAddress));
        assertEquals(0, record.unsigned(flowDirection));
        assertEquals(3, record.unsigned(ingressInterface));
        assertEquals(NOBODY, record.unsigned(own(NursElement.packetUid, protocol)));
        assertEquals("in", prefix(record, protocol));
    }

    @Test
    void timesAreTheKernels() {
        long micros = sent("ipfix", "input-tcp4").unsigned(observationTimeMicroseconds);
        long millis = sent("netflow9", "input-tcp4").unsigned(observationTimeMilliseconds);
        // NTP's seconds are in the upper half, from 1900 on.
        assertEquals(millis / 1000, (micros >>> 32) - 2_208_988_800L);
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void icmpHasItsType(String protocol) {
        DataRecord record = sent(protocol, "input-icmpv6");
        assertEquals(626, record.templateId());
        assertEquals(58, record.unsigned(protocolIdentifier));
        if (protocol.equals("ipfix")) {
            assertEquals(128, record.unsigned(icmpTypeIPv6));
        } else {
            assertEquals(128 << 8, record.unsigned(icmpTypeCodeIPv6));
        }
    }

    @Test
    void everyPacketOfABatchIsARecord() {
        assertEquals(3, sent("ipfix", EmbeddedPackets.capture("batch-udp4")).size());
    }

    @Test
    void aPacketWithoutItsOctetsIsARecordWithoutAddresses() {
        DataRecord record = sent("ipfix", "meta-udp4");
        assertEquals(628, record.templateId());
        assertEquals(0x800, record.unsigned(ethernetType));
        assertEquals(3, record.unsigned(egressInterface));
    }

    @Test
    void aBridgedPacketHasItsPortAndItsVlan() {
        DataRecord record = sent("ipfix", "bridge-vlan");
        assertEquals(621, record.templateId());
        assertEquals(77, record.unsigned(dot1qVlanId));
        assertEquals(5, record.unsigned(dot1qPriority));
        assertEquals(4, record.unsigned(ingressInterface));
        assertEquals(5, record.unsigned(ingressPhysicalInterface));
    }

    @Test
    void aPrefixThatIsNoUtf8IsSentAsQuestionMarks() {
        byte[] capture = EmbeddedPackets.capture("output-udp4");
        int at = new String(capture, StandardCharsets.ISO_8859_1).indexOf("out:");
        capture[at + 1] = (byte) 0xff;
        assertEquals("o?t: ", prefix(sent("ipfix", capture).getFirst(), "ipfix"));
        capture[at + 1] = (byte) 0xc3;
        capture[at + 2] = (byte) 0xa4;
        assertEquals("o\u00e4: ", prefix(sent("ipfix", capture).getFirst(), "ipfix"));
    }

    /** 0 bytes a packet, whatever its headers. */
    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void aPacketOnItsWayToTheWireAllocatesNothing(String protocol) throws ReflectiveOperationException {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (EmbeddedCollector collector =
                EmbeddedCollector.ofPackets(protocol + "://192.0.2.1?enterprise-elements=all", datagram -> {})) {
            EmbeddedPackets packets = new EmbeddedPackets(collector.exporter(false));
            NetlinkBatch batch = EmbeddedSource.batch(
                    Arrays.asList("output-udp4", "input-tcp4", "input-icmpv6", "bridge-vlan").stream()
                            .map(EmbeddedPackets::capture)
                            .toArray(byte[][]::new));
            long bytes = AllocatedBytes.leastOf(50, () -> {
                for (int i = 0; i < BATCHES; i++) {
                    packets.read(batch);
                }
            });
            assertEquals(0, Math.max(0, bytes), "bytes for " + 4 * BATCHES + " packets");
            assertTrue(collector.encoded().flowRecords() >= 4L * BATCHES, "records");
            assertEquals(0, collector.encoded().droppedRecords());
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }
}
