package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowField;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.flow.DataRecord;
import io.nurs.flow.Field;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator's words come out as. */
class RecordFieldsTest {
    private static List<DataRecord> records(String url) {
        return records(RecordConfigs.config(url));
    }

    private static List<DataRecord> records(FlowExporterConfig config) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(config)) {
            SampleFlows.into(collector);
            return collector.records(false);
        }
    }

    /** The configuration knows names, the export elements; a name that only one of them knew would not get this far. */
    @ParameterizedTest
    @EnumSource(FlowProtocol.class)
    void everyNameIsThatOfItsElement(FlowProtocol protocol) {
        FlowExporterConfig config = RecordConfigs.config(protocol + "://192.0.2.1?biflow=false");
        RecordFields dictionary = new RecordFields(protocol, config.records(), new SystemUptime(0), "");
        for (FlowField name : FlowField.values()) {
            assertEquals(
                    List.of(name.name()),
                    dictionary.of(name).stream()
                            .map(Field::element)
                            .map(InformationElement::name)
                            .toList());
        }
    }

    /** Ours are IANA's only where NetFlow v9 has no other way. */
    @Test
    void elementsOfOursAreUnderTheEnterpriseNumberOrBeyond32767() {
        InformationElement own = NursElement.flowEndEvidence.in(FlowProtocol.IPFIX, 99_999);
        assertEquals(99_999, own.enterprise());
        assertEquals(8, own.id());
        InformationElement old = NursElement.flowEndEvidence.in(FlowProtocol.NETFLOW9, 99_999);
        assertTrue(old.isIana());
        assertEquals(60_136, old.id());
    }

    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#urls")
    void everyProfileTellsTheCountersOfBothDirections(String url) {
        List<Told> told = records(url).stream().map(Told::of).toList();
        Told request = new Told(17, "198.51.100.2", 40000, "198.51.100.1", 80, 3, 300, 0, 0);
        Told reply = new Told(17, "198.51.100.1", 80, "198.51.100.2", 40000, 4, 4000, 0, 0);
        Told conversation = new Told(17, "198.51.100.2", 40000, "198.51.100.1", 80, 3, 300, 4, 4000);
        boolean biflow = url.contains("biflow=true");
        assertEquals(biflow, told.contains(conversation), told::toString);
        assertEquals(!biflow, told.contains(request) && told.contains(reply), told::toString);
        assertTrue(
                told.stream().anyMatch(flow -> flow.source().equals("2001:db8:1:0:0:0:0:2") && flow.octets() == 500));
    }

    @Test
    void aConversationIsOneRecordThatSaysWhoBegan() {
        DataRecord record = records("ipfix://192.0.2.1?biflow=true").getFirst();
        assertEquals(1, record.unsigned(IanaElements.biflowDirection));
        assertEquals(4000, record.unsigned(IanaElements.octetDeltaCount.reverse()));
        assertEquals(
                "203.0.113.1",
                record.address(IanaElements.postNATSourceIPv4Address).getHostAddress());
        assertEquals(
                "203.0.113.2",
                record.address(IanaElements.postNATDestinationIPv4Address).getHostAddress());
    }

    @Test
    void byDefaultEachDirectionHasARecordOfItsOwn() {
        for (String protocol : List.of("netflow9", "ipfix")) {
            List<DataRecord> records = records(protocol + "://192.0.2.1");
            assertEquals(
                    List.of(300L, 4000L),
                    records.subList(0, 2).stream()
                            .map(record -> record.unsigned(IanaElements.octetDeltaCount))
                            .toList());
            assertFalse(records.getFirst().has(IanaElements.octetDeltaCount.reverse()));
        }
    }

    /** RFC 5103 is IPFIX's alone. Collectors take 1 and 231 for the same: a record has no two of one direction. */
    @Test
    void netflow9TellsBothDirectionsByTheCounterAndTheResponders() {
        DataRecord record = records("netflow9://192.0.2.1?biflow=true").getFirst();
        assertEquals(300, record.unsigned(IanaElements.octetDeltaCount));
        assertFalse(record.has(IanaElements.initiatorOctets));
        assertEquals(4000, record.unsigned(IanaElements.responderOctets));
        assertEquals(3, record.unsigned(IanaElements.packetDeltaCount));
        assertFalse(record.has(IanaElements.initiatorPackets));
        assertEquals(4, record.unsigned(IanaElements.responderPackets));
        assertFalse(record.has(IanaElements.biflowDirection));
    }

    @Test
    void natViewMakesNoDifferenceToAConversation() {
        assertEquals(
                records("netflow9://192.0.2.1?biflow=true&nat-view=client").toString(),
                records("netflow9://192.0.2.1?biflow=true&nat-view=wire").toString());
    }

    /** Zero is right for counters. RFC 5103 §5 */
    @Test
    void aDirectionWithoutTrafficIsZeroInAConversation() {
        for (DataRecord record : oneWay("ipfix://192.0.2.1?biflow=true")) {
            assertEquals(0, record.unsigned(IanaElements.octetDeltaCount));
            assertEquals(4000, record.unsigned(IanaElements.octetDeltaCount.reverse()));
        }
        assertEquals(1, oneWay("ipfix://192.0.2.1?biflow=true").size());
    }

    private static List<DataRecord> oneWay(String url) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(url)) {
            SampleFlows.into(collector, SampleFlows.ipv4().counters(0, 0, 4, 4000));
            return collector.records(false);
        }
    }

    @Test
    void fullTellsWhatConntrackKnows() {
        for (String protocol : List.of("netflow9", "ipfix")) {
            DataRecord record = records(protocol + "://192.0.2.1?fields=full").getFirst();
            FlowProtocol known = protocol.equals("ipfix") ? FlowProtocol.IPFIX : FlowProtocol.NETFLOW9;
            assertEquals(SampleFlows.MARK, record.unsigned(own(NursElement.ctMark, known)));
            assertEquals(0, record.unsigned(own(NursElement.ctZone, known)));
            assertEquals(SampleFlows.STATUS, record.unsigned(own(NursElement.ctStatus, known)));
            assertEquals(1, record.unsigned(own(NursElement.ctId, known)));
            assertEquals(16, record.octets(own(NursElement.ctLabels, known)).length);
            assertEquals("monitorns", text(record, own(NursElement.netnsName, known)));
            assertEquals("", text(record, own(NursElement.ctHelper, known)));
            assertEquals(4, record.unsigned(IanaElements.ipVersion));
            assertEquals(60_334, record.unsigned(IanaElements.flowDurationMilliseconds));
            assertEquals(1, record.unsigned(IanaElements.flowId) & 0xffff_ffffL, "CTA_ID");
        }
    }

    @Test
    void communityIdsAreOnTheWireIfTheyAreListed() {
        for (FlowProtocol protocol : List.of(FlowProtocol.NETFLOW9, FlowProtocol.IPFIX)) {
            List<DataRecord> records = records(
                    RecordConfigs.configured(
                            "type: " + protocol
                                    + ", collector: 192.0.2.1, biflow: false, fields: [octetDeltaCount, communityId, postNatCommunityId]"));
            InformationElement before = own(NursElement.communityId, protocol);
            InformationElement behind = own(NursElement.postNatCommunityId, protocol);
            // Computed with Python's hashlib: 198.51.100.2:40000 and 198.51.100.1:80, 203.0.113.1:50000 and
            // 203.0.113.2:8080.
            for (DataRecord direction : records.subList(0, 2)) {
                assertEquals("1:fgwxepDFWvBiTdqdQg1lExC/UhU=", text(direction, before));
                assertEquals("1:XumFza8BpPPNdWruPH8hO2qeFnA=", text(direction, behind));
            }
        }
    }

    @Test
    void communityIdsAreInAllTextsAndInNoOtherDefault() {
        for (String type : List.of("json", "csv", "xml", "syslog")) {
            assertTrue(hasCommunityIds("type: " + type + ", unix: /run/reader"), type);
            assertTrue(hasCommunityIds("type: " + type + ", unix: /run/reader, fields: full"), type);
            assertFalse(hasCommunityIds("type: " + type + ", unix: /run/reader, fields: minimal"), type);
        }
        for (String type : List.of("netflow9", "ipfix", "netflow9, fields: full", "ipfix, fields: full")) {
            assertFalse(hasCommunityIds("collector: 192.0.2.1, type: " + type), type);
        }
    }

    private static boolean hasCommunityIds(String exporter) {
        return RecordConfigs.configured(exporter)
                .records()
                .fields()
                .fields()
                .containsAll(List.of(FlowField.communityId, FlowField.postNatCommunityId));
    }

    private static InformationElement own(NursElement element, FlowProtocol protocol) {
        return element.in(protocol, 32473);
    }

    private static String text(DataRecord record, InformationElement element) {
        return new String(record.octets(element), StandardCharsets.UTF_8).replaceAll("\0+$", "");
    }

    /** An active report is an update, the last one a deletion. */
    @Test
    void nselTellsTheEventAndItsTime() {
        DataRecord record = records("netflow9://192.0.2.1?fields=nsel").getFirst();
        assertEquals(2, record.unsigned(IanaElements.firewallEvent));
        assertEquals(
                record.unsigned(IanaElements.flowEndMilliseconds),
                record.unsigned(IanaElements.observationTimeMilliseconds));
        assertEquals(4, record.octets(IanaElements.flowId).length, "Cisco's connection id");
    }

    @Test
    void recordsHaveTheListedFieldsInTheirOrder() {
        DataRecord record = records(RecordConfigs.configured("""
                        type: ipfix, collector: 192.0.2.1, biflow: false, enterprise-number: 4000000000,
                        fields: [flowEndNanoseconds, protocolIdentifier, ctZone, ctMark, sourceTransportPort, icmpTypeIPv4, flowStartSeconds]""")).getFirst();
        assertEquals(
                List.of(
                        "flowEndNanoseconds",
                        "protocolIdentifier",
                        "ctZone",
                        "ctMark",
                        "sourceTransportPort",
                        "flowStartSeconds"),
                record.fields().stream().map(field -> field.element().name()).toList());
        assertEquals((int) 4_000_000_000L, record.fields().get(2).element().enterprise());
        assertEquals(21373, record.fields().get(3).element().enterprise(), "netfilter has a number for marks");
        assertEquals(4, record.fields().get(3).element().id());
    }

    /** nurs had it so, save that two of its fields were not what their numbers say. */
    @Test
    void ctflow9HasThePredecessorsLayout() {
        assertEquals(
                "32:2 21:4 22:4 226:4 225:4 2:8 1:8 4:1 12:4 8:4", layout("netflow9://192.0.2.1?fields=ctflow9", 1));
        assertEquals(
                "21:4 22:4 228:2 227:2 226:4 225:4 2:8 1:8 11:2 7:2 4:1 12:4 8:4",
                layout("netflow9://192.0.2.1?fields=ctflow9", 17));
    }

    private static String layout(String url, int protocol) {
        return records(url).stream()
                .filter(record -> record.unsigned(IanaElements.protocolIdentifier) == protocol
                        && record.has(IanaElements.sourceIPv4Address))
                .findFirst()
                .orElseThrow()
                .template()
                .fields()
                .stream()
                .map(field -> field.element().id() + ":" + field.length())
                .collect(Collectors.joining(" "));
    }

    @Test
    void exportersOfEventsSendNoFlows() {
        for (String profile : List.of("nat-events", "hsl")) {
            assertEquals(List.of(), records("ipfix://192.0.2.1?fields=" + profile));
        }
    }

    @Test
    void theSameConversationHasTheSameIdAndAnotherAnother() {
        List<Long> ids = records("netflow9://192.0.2.1?fields=full").stream()
                .map(record -> record.unsigned(IanaElements.flowId))
                .toList();
        assertEquals(ids.get(0), ids.get(1), "both directions");
        assertEquals(SampleFlows.CONVERSATIONS, ids.stream().distinct().count());
    }
}
