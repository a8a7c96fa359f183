package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.appliance.source.NfacctReport;
import io.nurs.flow.DataRecord;
import io.nurs.flow.InformationElement;
import io.nurs.netlink.conntrack.ConntrackTuple;
import io.nurs.netlink.nfacct.NfacctObject;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Netflow5RecordsTest {
    static final long LARGE_PACKETS = 9_000_000_001L;
    static final long LARGE_OCTETS = 130_000_000_003L;
    private static final long MAX = 0xffff_ffffL;

    /** A minute of 17 Gbit/s. */
    static final EntryMessage LARGE = entry(17, LARGE_PACKETS, LARGE_OCTETS, 0, 0);

    private static EntryMessage entry(int protocol, long packets, long octets, long packetsBack, long octetsBack) {
        ConntrackTuple tuple = ConntrackTuple.of(
                InetAddress.ofLiteral("198.51.100.2"), InetAddress.ofLiteral("203.0.113.2"), protocol, 40_000, 53);
        return EntryMessage.destroy()
                .tuples(tuple, tuple.reversed())
                .counters(packets, octets, packetsBack, octetsBack)
                .startMillis(EmbeddedCollector.BOOT_MILLIS + 100_123)
                .stopMillis(EmbeddedCollector.BOOT_MILLIS + 160_456);
    }

    private static List<DataRecord> sent(EntryMessage... entries) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding("netflow5://192.0.2.1")) {
            SampleFlows.into(collector, entries);
            return collector.records(false);
        }
    }

    private static long sum(List<DataRecord> records, InformationElement counter) {
        return records.stream().mapToLong(record -> record.unsigned(counter)).sum();
    }

    @Test
    void eachDirectionHasARecord() {
        List<DataRecord> records = sent(entry(17, 3, 300, 4, 4000));
        assertEquals(2, records.size());
        DataRecord request = records.getFirst();
        assertEquals(InetAddress.ofLiteral("198.51.100.2"), request.address(sourceIPv4Address));
        assertEquals(InetAddress.ofLiteral("203.0.113.2"), request.address(destinationIPv4Address));
        assertEquals(40_000, request.unsigned(sourceTransportPort));
        assertEquals(53, request.unsigned(destinationTransportPort));
        assertEquals(17, request.unsigned(protocolIdentifier));
        assertEquals(100_123, request.unsigned(flowStartSysUpTime));
        assertEquals(160_456, request.unsigned(flowEndSysUpTime));
        assertEquals(3, request.unsigned(packetDeltaCount));
        assertEquals(300, request.unsigned(octetDeltaCount));
        DataRecord answer = records.getLast();
        assertEquals(InetAddress.ofLiteral("203.0.113.2"), answer.address(sourceIPv4Address));
        assertEquals(53, answer.unsigned(sourceTransportPort));
        assertEquals(4, answer.unsigned(packetDeltaCount));
        assertEquals(4000, answer.unsigned(octetDeltaCount));
    }

    @Test
    void icmpHasTypeAndCodeInTheDestinationPort() {
        ConntrackTuple ping = new ConntrackTuple(
                InetAddress.ofLiteral("198.51.100.2"), InetAddress.ofLiteral("203.0.113.2"), 1, 0, 0, 7, 8, 0);
        List<DataRecord> records = sent(entry(17, 1, 84, 0, 0).tuples(ping, ping.reversed()));
        assertEquals(0, records.getFirst().unsigned(sourceTransportPort));
        assertEquals(8 << 8, records.getFirst().unsigned(destinationTransportPort));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 4294967295, 1",
        "4294967295, 4294967295, 1",
        "2, 4294967296, 2",
        "4294967296, 400000000000, 94",
        "3, 12884901885, 3",
        "9000000001, 13000000000003, 3027"
    })
    void whatDoesNotFitIsSplitAndTheSumsAreExact(long packets, long octets, int parts) {
        List<DataRecord> records = sent(entry(17, packets, octets, 0, 0));
        assertEquals(parts, records.size());
        assertEquals(packets, sum(records, packetDeltaCount));
        assertEquals(octets, sum(records, octetDeltaCount));
        assertTrue(records.stream().allMatch(record -> record.unsigned(packetDeltaCount) >= 1));
        assertTrue(records.stream().allMatch(record -> record.unsigned(octetDeltaCount) <= MAX));
        assertEquals(
                1,
                records.stream()
                        .map(record -> record.unsigned(flowStartSysUpTime))
                        .distinct()
                        .count());
    }

    @Test
    void anInterfaceBeyondSixteenBitsIsUnknown() {
        FlowFilter marks = FlowFilter.of(
                new MarkInterfacesConfig(MarkField.parse("0xfffff"), MarkField.parse("0xfff00000 >> 20"), 1, false));
        try (EmbeddedCollector collector = EmbeddedCollector.decoding("netflow5://192.0.2.1")) {
            EmbeddedSource source = new EmbeddedSource(
                    ConntrackSourceConfig.defaults("flows"), InstantSource.system(), collector.exporter(true, marks));
            source.read(
                    entry(17, 3, 300, 4, 4000).id(1).mark(0x00510001),
                    entry(6, 3, 300, 0, 0).id(2).mark(0x0050ffff));
            List<DataRecord> records = collector.records(false);
            assertEquals(0, records.getFirst().unsigned(ingressInterface), "65537");
            assertEquals(5, records.getFirst().unsigned(egressInterface));
            assertEquals(5, records.get(1).unsigned(ingressInterface), "the answer");
            assertEquals(0, records.get(1).unsigned(egressInterface), "the answer");
            assertEquals(65_535, records.get(2).unsigned(ingressInterface));
        }
    }

    @Test
    void theHeaderHasTheSampling() {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding("netflow5://192.0.2.1?sampling=8")) {
            SampleFlows.into(collector, SampleFlows.requests(100));
            List<DataRecord> records = collector.records(false);
            assertTrue(records.size() > 4 && records.size() < 30, () -> records.size() + " of 100");
            assertEquals(8, records.getFirst().unsigned(samplingInterval));
            assertEquals(2, records.getFirst().unsigned(samplingAlgorithm));
        }
    }

    @Test
    void flowsOfIpv6AreCountedAsNotSendable() {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding("netflow5://192.0.2.1")) {
            SampleFlows.into(collector, SampleFlows.ipv4(), SampleFlows.ipv6());
            assertEquals(2, collector.records(false).size());
            assertCounts(collector.collector().notSendable(), 2, 11, 6500);
            assertCounts(collector.collector().notSent(), 0, 0, 0);
        }
    }

    @Test
    void whatIsNoFlowIsCountedAsNotSendable() {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding("netflow5://192.0.2.1", RecordKind.NFACCT)) {
            NfacctObject object = new NfacctObject("https", 7, 700, 2, 5, 3);
            collector.collector().export(new NfacctReport(NfacctReport.Kind.ZEROED, object, 1000, 2000, 7, 700));
            assertEquals(0, collector.messages().size());
            assertCounts(collector.collector().notSendable(), 1, 7, 700);
        }
    }

    private static void assertCounts(NotSent counts, long records, long packets, long octets) {
        assertEquals(records, counts.flows());
        assertEquals(packets, counts.packets());
        assertEquals(octets, counts.octets());
    }
}
