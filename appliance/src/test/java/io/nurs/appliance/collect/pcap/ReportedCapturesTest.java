package io.nurs.appliance.collect.pcap;

import static io.nurs.appliance.collect.ComplaintKind.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.ComplaintKind;
import io.nurs.appliance.collect.JsonText;
import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.Recorded;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What exporters have been reported to send; captures/README.md says what is in each file. */
class ReportedCapturesTest {
    private final Recorded recorded = new Recorded();

    private void read(String name, Integer... ports) throws IOException {
        try (InputStream in = ReportedCapturesTest.class.getResourceAsStream("/captures/" + name)) {
            new CaptureReader(recorded.inspector, Set.of(ports)).readAll(Objects.requireNonNull(in));
        }
        recorded.inspector.end();
    }

    private static String json(ReadRecord record) {
        String text = JsonText.of(record);
        return text.substring(text.indexOf(record.isOptions() ? "\"options\"" : "\"flow\""));
    }

    private void assertLost(int packets, int records) {
        String expected = "lost by sequence: %d packets of NetFlow v9, %d records of IPFIX".formatted(packets, records);
        List<String> lines = recorded.inspector.tally().lines();
        assertTrue(lines.contains(expected), lines::toString);
    }

    @Test
    void aVariableLengthInVersion9LosesNoFlow() throws IOException {
        read("01-v9-length-65535.pcap");
        assertEquals(List.of(FIELD_LENGTH), recorded.kinds());
        assertEquals(1, recorded.records().size());
        assertEquals(
                "\"flow\":{\"sourceIPv4Address\":\"192.0.2.1\",\"destinationIPv4Address\":\"198.51.100.1\","
                        + "\"sourceTransportPort\":1000,\"destinationTransportPort\":443,\"protocolIdentifier\":6,"
                        + "\"octetDeltaCount\":702,\"packetDeltaCount\":9,\"interfaceName\":\"eth0\"}}",
                json(recorded.records().getFirst()));
    }

    @Test
    void forwardingStatusMayHaveFourOctets() throws IOException {
        read("03-forwardingstatus.pcap");
        assertEquals(List.of(), recorded.complaints());
        assertEquals(1, recorded.records().size());
    }

    @Test
    void elementsOfSegmentRoutingHaveTheirNamesAndTypes() throws IOException {
        read("03b-srv6-elements.pcap");
        String flow = json(recorded.records().getFirst());
        assertTrue(flow.contains("\"srhSegmentIPv6\":\"2001:db8::1\""), flow);
        assertTrue(flow.contains("\"srhActiveSegmentIPv6\":\"2001:db8::2\""), flow);
        assertTrue(flow.contains("\"srhSegmentsIPv6Left\":1}"), flow);
        assertEquals(List.of(), recorded.complaints());
    }

    @Test
    void aVendorsFieldOfVersion9MayHaveAnyLength() throws IOException {
        read("04-v9-field-43.pcap");
        assertEquals(List.of(), recorded.complaints());
        assertEquals(1, recorded.records().size());
    }

    @Test
    void twoThatWereExchangedAreOneComplaintAndNoLoss() throws IOException {
        read("05-two-exchanged.pcap");
        assertEquals(List.of(SEQUENCE), recorded.kinds());
        assertEquals(
                "expected 3, and 4 came: out of order, 1 data records came late, and nothing is missing",
                recorded.complaints().getFirst().what());
        assertEquals(List.of(4L), recorded.packets());
        assertLost(0, 0);
        assertEquals(8, recorded.records().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"08-broken-first.pcap", "08b-sound-first.pcap"})
    void aBrokenMessageIsFoundWhereverItStands(String name) throws IOException {
        read(name);
        assertEquals(List.of(SET_LENGTH), recorded.kinds());
        assertEquals(List.of(name.startsWith("08b") ? 2L : 1L), recorded.packets());
        assertEquals(1, recorded.records().size());
        Recorded atPort = new Recorded();
        try (InputStream in = ReportedCapturesTest.class.getResourceAsStream("/captures/" + name)) {
            new CaptureReader(atPort.inspector, Set.of(4739)).readAll(Objects.requireNonNull(in));
        }
        assertEquals(
                atPort.complaints().stream().map(Object::toString).toList(),
                recorded.complaints().stream().map(Object::toString).toList());
    }

    @Test
    void optionsWithoutAScopeAreOneRecordAndOneComplaint() throws IOException {
        read("14-v9-options-no-scope.pcap");
        assertEquals(List.of(ComplaintKind.TEMPLATE), recorded.kinds());
        assertTrue(recorded.complaints().getFirst().what().contains("without a scope"));
        assertEquals(
                List.of("\"flow\"", "\"options\":{\"samplingInterval\":1000}}"),
                recorded.records().stream()
                        .map(record -> record.isOptions() ? json(record) : "\"flow\"")
                        .toList());
    }

    @Test
    void noFlowIsReadWithATemplateThatHasBeenReplacedByNonsense() throws IOException {
        read("16-invalid-redefinition.pcap");
        assertEquals(List.of(ComplaintKind.TEMPLATE, UNKNOWN_TEMPLATE), recorded.kinds());
        assertEquals(1, recorded.records().size());
        assertFalse(json(recorded.records().getFirst()).contains("17.17.17.17"));
    }
}
