package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.source.ConntrackCounter;
import io.nurs.appliance.source.ConntrackCounter.Group;
import io.nurs.appliance.source.CounterReport;
import io.nurs.appliance.source.NfacctReport;
import io.nurs.appliance.source.NfacctReport.Kind;
import io.nurs.appliance.source.Observation;
import io.nurs.flow.DataRecord;
import io.nurs.flow.InformationElement;
import io.nurs.netlink.nfacct.NfacctObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What collectors are sent of observations, in both protocols. */
class ObservationRecordsTest {
    private static final NfacctObject OBJECT = new NfacctObject("a name of 31 octets, no longer.", 7, 700, 2, 5, 3);
    private static final ConntrackCounter UNKNOWN = new ConntrackCounter(Group.TABLE, 17);

    private static EmbeddedCollector collector(String url, RecordKind kind) {
        return EmbeddedCollector.decoding(RecordConfigs.config(url), kind);
    }

    private static List<DataRecord> sent(EmbeddedCollector collector, Observation... observations) {
        for (Observation observation : observations) {
            collector.collector().export(observation);
        }
        return collector.records(false);
    }

    private static InformationElement own(NursElement element, String protocol) {
        return element.in(protocol.equals("ipfix") ? FlowProtocol.IPFIX : FlowProtocol.NETFLOW9, 32473);
    }

    private static String text(DataRecord record, InformationElement element) {
        return new String(record.octets(element), StandardCharsets.UTF_8).replace("\0", "");
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void anAccountingObjectIsWhole(String protocol) {
        try (EmbeddedCollector collector = collector(protocol + "://192.0.2.1", RecordKind.NFACCT)) {
            List<DataRecord> records = sent(
                    collector,
                    new NfacctReport(Kind.ZEROED, OBJECT, 1000, 2000, 7, 700),
                    new NfacctReport(Kind.TOTAL, OBJECT, 2000, 3000, 2, 150),
                    new NfacctReport(Kind.QUOTA, OBJECT, 3500, 3500, 0, 0));
            assertEquals(
                    List.of(600, 601, 602),
                    records.stream().map(DataRecord::templateId).toList());
            for (DataRecord record : records) {
                assertEquals(OBJECT.name(), text(record, own(NursElement.acctName, protocol)));
                assertEquals("monitorns", text(record, own(NursElement.netnsName, protocol)));
                assertEquals(5, record.unsigned(own(NursElement.acctFlags, protocol)));
                assertEquals(3, record.unsigned(own(NursElement.acctQuota, protocol)));
                assertEquals(2, record.unsigned(own(NursElement.acctUses, protocol)));
            }
            DataRecord total = records.get(1);
            assertEquals(2000, total.unsigned(flowStartMilliseconds));
            assertEquals(3000, total.unsigned(flowEndMilliseconds));
            assertEquals(2, total.unsigned(packetDeltaCount));
            assertEquals(150, total.unsigned(octetDeltaCount));
            assertEquals(7, total.unsigned(own(NursElement.acctPacketTotal, protocol)));
            assertEquals(700, total.unsigned(own(NursElement.acctOctetTotal, protocol)));
            assertEquals(3500, records.get(2).unsigned(observationTimeMilliseconds));
            assertFalse(records.get(2).has(packetDeltaCount));
        }
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void aCounterThatHasNoNameHereIsSentByItsNumber(String protocol) {
        try (EmbeddedCollector collector = collector(protocol + "://192.0.2.1", RecordKind.COUNTERS)) {
            List<DataRecord> records = sent(
                    collector,
                    new CounterReport(UNKNOWN, CounterReport.ALL_CPUS, 0x1_0000_0005L, 9, 4000),
                    new CounterReport(UNKNOWN, 1, 5, 4, 4000),
                    new CounterReport(new ConntrackCounter(Group.LEVELS, 1), CounterReport.ALL_CPUS, 77, 0, 4000));
            assertEquals(
                    List.of(608, 609, 610),
                    records.stream().map(DataRecord::templateId).toList());
            assertEquals("counter-17", text(records.get(0), own(NursElement.ctCounterName, protocol)));
            assertEquals(17, records.get(0).unsigned(own(NursElement.ctCounterId, protocol)));
            assertEquals(0x1_0000_0005L, records.get(0).unsigned(own(NursElement.ctCounterTotal, protocol)));
            assertEquals(9, records.get(0).unsigned(own(NursElement.ctCounterDelta, protocol)));
            assertEquals(1, records.get(1).unsigned(own(NursElement.ctCpu, protocol)));
            assertEquals(77, records.get(2).unsigned(own(NursElement.ctCounterLevel, protocol)));
            assertEquals(4000, records.get(2).unsigned(observationTimeMilliseconds));
        }
    }

    @Test
    void theElementsOfItsRecordsAreExplainedAndNoOthers() {
        try (EmbeddedCollector collector = collector("ipfix://192.0.2.1", RecordKind.NFACCT)) {
            sent(collector, new NfacctReport(Kind.ZEROED, OBJECT, 1000, 2000, 7, 700));
            List<DataRecord> options = collector.records(true);
            Set<String> names = options.stream()
                    .filter(record -> record.has(informationElementName))
                    .map(record -> text(record, informationElementName))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(
                    Set.of(
                            "netnsName",
                            "acctName",
                            "acctFlags",
                            "acctQuota",
                            "acctUses",
                            "acctPacketTotal",
                            "acctOctetTotal"),
                    names);
            assertFalse(options.stream().anyMatch(record -> record.has(flowKeyIndicator)), "no flows, no keys");
        }
    }

    private static Stack stack(DistributionMode mode, EmbeddedCollector... ends) {
        return new Stack(
                List.of(),
                false,
                mode,
                Stream.of(ends).map(EmbeddedCollector::collector).toList());
    }

    /** Through stacks, as a source hands it over. */
    private static void read(Stack... stacks) {
        EmbeddedChannel channel = new EmbeddedChannel(new FlowExporter(List.of(stacks)));
        channel.writeInbound(new NfacctReport(Kind.ZEROED, OBJECT, 1000, 2000, 7, 700));
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @EnumSource(DistributionMode.class)
    void eachCollectorGetsAnObservationOnceAndWithFailoverTheFirst(DistributionMode mode) {
        try (EmbeddedCollector one = collector("ipfix://192.0.2.1", RecordKind.NFACCT);
                EmbeddedCollector other = collector("ipfix://192.0.2.2", RecordKind.NFACCT);
                EmbeddedCollector log = collector("ipfix://192.0.2.3?fields=nat-events", RecordKind.NFACCT)) {
            read(stack(mode, log, one, other), stack(DistributionMode.MIRROR, one));
            assertEquals(1, one.records(false).size());
            assertEquals(
                    mode == DistributionMode.FAILOVER ? 0 : 1,
                    other.records(false).size());
            assertEquals(0, log.records(false).size());
        }
    }

    @Test
    void anExporterOfEventsGetsNone() {
        try (EmbeddedCollector collector = collector("ipfix://192.0.2.1?fields=nat-events", RecordKind.NFACCT)) {
            assertEquals(List.of(), sent(collector, new NfacctReport(Kind.ZEROED, OBJECT, 1000, 2000, 7, 700)));
        }
    }
}
