package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.FlowField;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DataRecord;
import io.nurs.flow.InformationElement;
import io.nurs.netflow9.Netflow9Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What collectors are told of the exporter. */
class OptionRecordsTest {
    private static List<DataRecord> options(String url) {
        return options(url, collector -> {});
    }

    /** Of the first refresh, before any flow. */
    private static List<DataRecord> options(String url, Consumer<EmbeddedCollector> prepare) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(url)) {
            prepare.accept(collector);
            collector.runPending();
            SampleFlows.into(collector, SampleFlows.ipv4());
            return collector.records(true);
        }
    }

    private static DataRecord only(List<DataRecord> records, InformationElement element) {
        List<DataRecord> found =
                records.stream().filter(record -> record.has(element)).toList();
        assertEquals(1, found.size(), records::toString);
        return found.getFirst();
    }

    private static void assertScope(InformationElement scope, DataRecord record) {
        assertEquals(1, record.template().scopeFields());
        assertTrue(record.template().fields().getFirst().element().matches(scope), record::toString);
    }

    private static InformationElement domainScope(String protocol) {
        return protocol.equals("ipfix") ? observationDomainId : Netflow9Scope.SYSTEM;
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void statisticsAreThoseOfTheEncoder(String protocol) {
        try (EmbeddedCollector collector =
                EmbeddedCollector.decoding(protocol + "://192.0.2.1?observation-domain=7&sampling=2")) {
            SampleFlows.into(collector, SampleFlows.requests(4_000));
            List<DataRecord> records = collector.records(true);
            DataRecord first = records.stream()
                    .filter(record -> record.has(exportedMessageTotalCount))
                    .findFirst()
                    .orElseThrow();
            DataRecord last = records.reversed().stream()
                    .filter(record -> record.has(exportedMessageTotalCount))
                    .findFirst()
                    .orElseThrow();
            assertScope(domainScope(protocol), last);
            assertEquals(7, last.unsigned(domainScope(protocol)));
            assertEquals(0, first.unsigned(exportedFlowRecordTotalCount));
            assertTrue(last.unsigned(exportedMessageTotalCount) > 20);
            assertTrue(last.unsigned(exportedFlowRecordTotalCount) > 500);
            assertTrue(last.unsigned(exportedFlowRecordTotalCount)
                    < collector.records(false).size());
            assertTrue(
                    last.unsigned(exportedOctetTotalCount) < collector.encoded().bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void meteringTellsLostEventsAndWhen(String protocol) {
        List<DataRecord> records = options(
                protocol + "://192.0.2.1",
                collector -> collector
                        .collector()
                        .tellLosses(EmbeddedSource.statsWithLoss(17, 1_700_000_000_111L, 1_700_000_009_222L)));
        DataRecord record = only(records, ignoredPacketTotalCount);
        assertScope(domainScope(protocol), record);
        assertEquals(17, record.unsigned(ignoredPacketTotalCount));
        assertEquals(0, record.unsigned(ignoredOctetTotalCount));
        assertTimes(record, 1_700_000_000, 1_700_000_009_222L);
    }

    /** In two elements: a decoder that knows fields by their names takes one element twice for a mistake. */
    private static void assertTimes(DataRecord record, long firstSeconds, long lastMillis) {
        assertEquals(firstSeconds, record.unsigned(observationTimeSeconds));
        assertEquals(lastMillis, record.unsigned(observationTimeMilliseconds));
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void exportingTellsWhatWasNotSentAndWhen(String protocol) {
        List<DataRecord> records = options(protocol + "://192.0.2.1", collector -> {
            collector.collector().notSent().add(2, 30, 4000, 1_700_000_000_111L);
            collector.collector().notSent().add(1, 5, 600, 1_700_000_009_222L);
        });
        DataRecord record = only(records, notSentFlowTotalCount);
        assertScope(protocol.equals("ipfix") ? exportingProcessId : Netflow9Scope.SYSTEM, record);
        assertEquals(3, record.unsigned(notSentFlowTotalCount));
        assertEquals(35, record.unsigned(notSentPacketTotalCount));
        assertEquals(4600, record.unsigned(notSentOctetTotalCount));
        assertTimes(record, 1_700_000_000, 1_700_000_009_222L);
    }

    @Test
    void flowKeysAreTheFiveTuple() {
        List<DataRecord> keys = options("ipfix://192.0.2.1?fields=minimal").stream()
                .filter(record -> record.has(flowKeyIndicator))
                .toList();
        assertEquals(12, keys.size());
        DataRecord ports = keys.getFirst();
        assertScope(templateId, ports);
        assertEquals(256, ports.unsigned(templateId));
        // Source, destination, both ports, protocol.
        assertEquals(0b11111, ports.unsigned(flowKeyIndicator));
        assertEquals(0b111, keys.get(2).unsigned(flowKeyIndicator), "a protocol without ports");
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void interfacesAreNamed(String protocol) {
        List<DataRecord> records = options(
                protocol + "://192.0.2.1",
                collector -> collector.collector().tellInterfaces(names -> {
                    names.visit(2, "eth0", "nach Zürich");
                    names.visit(3, "wan", "");
                }));
        List<DataRecord> named =
                records.stream().filter(record -> record.has(interfaceName)).toList();
        InformationElement scope = protocol.equals("ipfix") ? ingressInterface : Netflow9Scope.INTERFACE;
        named.forEach(record -> assertScope(scope, record));
        assertEquals(
                List.of("2 eth0 nach Zürich", "3 wan "),
                named.stream()
                        .map(record -> record.unsigned(scope) + " "
                                + record.fields().get(1).value() + " "
                                + record.fields().get(2).value())
                        .toList());
    }

    /** NetFlow v9 has it in every header. */
    @Test
    void uptimesInIpfixComeWithTheBoot() {
        DataRecord record = only(options("ipfix://192.0.2.1?fields=ctflow9"), systemInitTimeMilliseconds);
        assertEquals(EmbeddedCollector.BOOT_MILLIS, record.unsigned(systemInitTimeMilliseconds));
        assertFalse(options("ipfix://192.0.2.1").stream().anyMatch(other -> other.has(systemInitTimeMilliseconds)));
        assertFalse(options("netflow9://192.0.2.1").stream().anyMatch(other -> other.has(systemInitTimeMilliseconds)));
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void theRateIsThereAlsoIfNothingIsLeftOut(String protocol) {
        DataRecord rate = only(options(protocol + "://192.0.2.1"), samplingInterval);
        assertScope(domainScope(protocol), rate);
        assertEquals(1, rate.unsigned(samplingInterval));
    }

    /** goflow2 takes samplingPacketInterval(305), 50 and 34, whichever it finds first, for the rate itself. */
    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void everyElementThatACollectorMayTakeForTheRateIsTheRate(String protocol) {
        List<DataRecord> records = options(protocol + "://192.0.2.1?sampling=1000");
        assertEquals(1000, only(records, samplingInterval).unsigned(samplingInterval));
        DataRecord table = only(records, samplerRandomInterval);
        assertEquals(1000, table.unsigned(samplerRandomInterval));
        assertEquals(1, table.unsigned(samplerId));
        assertFalse(records.stream().anyMatch(record -> record.has(samplingPacketInterval)));
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(protocol + "://192.0.2.1?sampling=2")) {
            SampleFlows.into(collector, SampleFlows.requests(50));
            assertTrue(collector.records(false).stream().allMatch(flow -> flow.unsigned(samplerId) == 1));
        }
    }

    @Test
    void ipfixSaysThatFlowsAreChosenByAHash() {
        DataRecord record = only(options("ipfix://192.0.2.1?sampling=1000"), flowSelectorAlgorithm);
        assertScope(observationDomainId, record);
        assertEquals(6, record.unsigned(flowSelectorAlgorithm));
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void aNewSessionHearsTheNamesOfInterfacesAgain(String protocol) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(protocol + "://192.0.2.1")) {
            collector.collector().tellInterfaces(names -> names.visit(2, "eth0", ""));
            collector.runPending();
            SampleFlows.into(collector, SampleFlows.ipv4());
            assertEquals(1, named(collector));
            collector.encoder().announce();
            assertEquals(1, named(collector), "a repetition within the minute to one who has them");
            collector.encoder().newSession();
            SampleFlows.into(collector, SampleFlows.ipv4());
            assertEquals(2, named(collector));
        }
    }

    private static long named(EmbeddedCollector collector) {
        return collector.records(true).stream()
                .filter(record -> record.has(interfaceName))
                .count();
    }

    @Test
    void elementsOfOursAreExplainedWhereTheyAreUsed() {
        List<String> names = options("ipfix://192.0.2.1?enterprise-number=7").stream()
                .filter(record -> record.has(informationElementName))
                .map(record -> new String(record.octets(informationElementName), StandardCharsets.UTF_8))
                .toList();
        assertEquals(List.of("flowEndEvidence"), names);
        assertEquals(
                RecordConfigs.config("ipfix://192.0.2.1?fields=full").records().fields().fields().stream()
                        .filter(FlowField::isOfNurs)
                        .count(),
                options("ipfix://192.0.2.1?fields=full").stream()
                        .filter(record -> record.has(informationElementName))
                        .count());
        assertFalse(options("ipfix://192.0.2.1?fields=minimal").stream()
                .anyMatch(record -> record.has(informationElementName)));
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void noneIfNotWanted(String protocol) {
        assertEquals(
                List.of(),
                options(
                        protocol + "://192.0.2.1?options=false",
                        collector -> collector.collector().tellInterfaces(names -> names.visit(2, "eth0", ""))));
    }
}
