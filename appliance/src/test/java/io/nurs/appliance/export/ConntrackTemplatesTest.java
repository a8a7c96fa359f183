package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.EnterpriseElements;
import io.nurs.appliance.config.FieldChoice;
import io.nurs.appliance.config.FieldProfile;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowField;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.config.RecordsConfig;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.IanaElements;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of who is source, destination and post-NAT in which direction. */
class ConntrackTemplatesTest {
    private static final long START = 1_700_000_100_123L;
    private static final long STOP = 1_700_000_160_456L;

    private static List<DataRecord> records(NatView view, boolean interfaces, byte[] message) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(view)) {
            FlowFilter marks = FlowFilter.of(
                    new MarkInterfacesConfig(MarkField.parse("0xf00 >> 8"), MarkField.parse("0xf0 >> 4"), 1, false));
            EmbeddedSource source = new EmbeddedSource(
                    ConntrackSourceConfig.defaults("flows"),
                    InstantSource.system(),
                    interfaces ? collector.exporter(true, marks) : collector.exporter(false));
            source.read(message);
            List<DecodedMessage> messages = collector.messages();
            messages.forEach(sent -> assertEquals(List.of(), sent.anomalies()));
            return messages.stream()
                    .flatMap(sent -> sent.records().stream())
                    .filter(record -> !record.template().isOptions())
                    .toList();
        }
    }

    private static List<FlowFact> facts(NatView view, boolean interfaces, EntryMessage message) {
        return records(view, interfaces, message.octets()).stream()
                .map(RecordingCollector::fact)
                .toList();
    }

    /** A at its port talks to R, which the router turns into S; on its way out A becomes M. */
    private static EntryMessage translated() {
        return EntryMessage.destroy()
                .tuples(
                        EntryMessage.tuple("198.51.100.2", 40000, "198.51.100.1", 80),
                        EntryMessage.tuple("203.0.113.2", 8080, "203.0.113.1", 50000))
                .counters(3, 300, 4, 4000)
                .mark(0x1321)
                .startMillis(START)
                .stopMillis(STOP);
    }

    private static FlowFact fact(
            String source,
            int sourcePort,
            String destination,
            int destinationPort,
            String post,
            int postPort,
            String postDestination,
            int postDestinationPort,
            long packets,
            long bytes) {
        return new FlowFact(
                17,
                source,
                sourcePort,
                destination,
                destinationPort,
                post,
                postPort,
                postDestination,
                postDestinationPort,
                -1,
                -1,
                packets,
                bytes,
                START,
                STOP,
                -1,
                -1,
                -1,
                1);
    }

    private static final FlowFact REQUEST =
            fact("198.51.100.2", 40000, "198.51.100.1", 80, "203.0.113.1", 50000, "203.0.113.2", 8080, 3, 300);

    @Test
    void clientViewTurnsTheRequestRound() {
        FlowFact reply =
                fact("198.51.100.1", 80, "198.51.100.2", 40000, "203.0.113.2", 8080, "203.0.113.1", 50000, 4, 4000);
        assertEquals(List.of(REQUEST, reply), facts(NatView.CLIENT, false, translated()));
    }

    @Test
    void wireViewShowsTheReplyAsItComesInAndGoesOut() {
        FlowFact reply =
                fact("203.0.113.2", 8080, "203.0.113.1", 50000, "198.51.100.1", 80, "198.51.100.2", 40000, 4, 4000);
        assertEquals(List.of(REQUEST, reply), facts(NatView.WIRE, false, translated()));
    }

    @Test
    void interfacesAndDirectionTurnRoundInTheReply() {
        for (NatView view : NatView.values()) {
            List<FlowFact> both = facts(view, true, translated());
            assertEquals(REQUEST.withInterfaces(3, 2, 1), both.getFirst());
            assertEquals(2, both.getLast().ingress());
            assertEquals(3, both.getLast().egress());
            assertEquals(0, both.getLast().direction());
        }
    }

    /** nurs left IPv6 replies as they were. */
    @Test
    void ipv6TurnsRoundAsIpv4Does() {
        ConntrackTuple original = EntryMessage.tuple("2001:db8:1::2", 40000, "2001:db8:1::1", 80);
        ConntrackTuple reply = EntryMessage.tuple("2001:db8:2::2", 8080, "2001:db8:2::1", 50000);
        List<FlowFact> both = facts(
                NatView.CLIENT,
                false,
                EntryMessage.destroy()
                        .tuples(original, reply)
                        .counters(3, 300, 4, 4000)
                        .startMillis(START)
                        .stopMillis(STOP));
        assertEquals(
                List.of(
                        fact(
                                "2001:db8:1::2",
                                40000,
                                "2001:db8:1::1",
                                80,
                                "2001:db8:2::1",
                                50000,
                                "2001:db8:2::2",
                                8080,
                                3,
                                300),
                        fact(
                                "2001:db8:1::1",
                                80,
                                "2001:db8:1::2",
                                40000,
                                "2001:db8:2::2",
                                8080,
                                "2001:db8:2::1",
                                50000,
                                4,
                                4000)),
                both);
    }

    @Test
    void aDirectionWithoutTrafficHasNoRecord() {
        assertEquals(
                1,
                facts(NatView.CLIENT, false, translated().counters(3, 300, 0, 0))
                        .size());
        assertEquals(
                1,
                facts(NatView.CLIENT, false, translated().counters(0, 0, 4, 4000))
                        .size());
        assertEquals(
                0,
                facts(NatView.CLIENT, false, translated().counters(0, 0, 0, 0)).size());
    }

    @Test
    void countersKeepAll64Bits() {
        FlowFact request = facts(NatView.CLIENT, false, translated().counters(1L << 40, Long.MAX_VALUE, 0, 0))
                .getFirst();
        assertEquals(1L << 40, request.packets());
        assertEquals(Long.MAX_VALUE, request.bytes());
    }

    /** Everything that the kernel was recorded to say of ends: each protocol has the fields it has, and no others. */
    @Test
    void recordedEndsHaveTheFieldsOfTheirProtocol() {
        int records = 0;
        for (byte[] capture : EmbeddedSource.captures()) {
            for (DataRecord record : records(NatView.WIRE, false, capture)) {
                records++;
                int protocol = (int) record.unsigned(IanaElements.protocolIdentifier);
                boolean ports = List.of(6, 17, 132, 136).contains(protocol);
                assertEquals(ports, record.has(IanaElements.sourceTransportPort), record::toString);
                assertEquals(ports, record.has(IanaElements.postNAPTDestinationTransportPort), record::toString);
                assertEquals(protocol == 1, record.has(IanaElements.icmpTypeCodeIPv4), record::toString);
                assertEquals(protocol == 58, record.has(IanaElements.icmpTypeCodeIPv6), record::toString);
                assertTrue(record.has(IanaElements.flowStartMilliseconds), record::toString);
            }
        }
        assertTrue(records > 10, records + " records");
    }

    /** Of every profile and the longest list there is, in both protocols. */
    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#urls")
    void everyTemplateIsLegalAndFitsTheSmallestDatagram(String url) {
        FlowExporterConfig config = RecordConfigs.config(url + "&max-datagram-bytes=512");
        FlowEncoder encoder = CollectorOpener.encoder(config, 1, ExportClock.SYSTEM, new SystemUptime(0));
        List<Template<Uniflow>> all = new FlowRecords(config, new SystemUptime(0), "").templates();
        all.forEach(encoder::check);
        boolean hasEvidence = config.records().fields().has(FlowField.flowEndEvidence);
        assertEquals(
                hasEvidence ? 24 : 12, all.stream().map(Template::id).distinct().count());
        assertTrue(all.stream().allMatch(template -> template.id() < 512));
    }

    /** Whatever fields an operator may list for NetFlow v9, no record is too short; and what is refused is. */
    @Test
    void theConfigurationRefusesTheRecordsThatAreTooShort() {
        List<FlowField> fields = Stream.of(FlowField.values())
                .filter(field -> field.presence() == FlowField.Presence.ALWAYS && !field.isOfConversations())
                .toList();
        for (FlowField first : fields) {
            for (FlowField second : List.of(FlowField.ipVersion, FlowField.ctZone, FlowField.sourceIPv4Address)) {
                for (FlowField third : List.of(FlowField.flowEndReason, FlowField.sourceIPv6Address)) {
                    for (int sampling = 1; sampling <= 2; sampling++) {
                        List<FlowField> listed =
                                Stream.of(first, second, third).distinct().toList();
                        assertEquals(isLongEnough(listed, sampling), isAccepted(listed, sampling), listed::toString);
                    }
                }
            }
        }
    }

    private static boolean isAccepted(List<FlowField> fields, int sampling) {
        try {
            ConfigLoader.parse("test.yaml", """
                    stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                    exporters: { main: { type: netflow9, collector: 192.0.2.1, fields: %s, sampling: %d } }
                    """.formatted(fields, sampling));
            return true;
        } catch (ConfigException e) {
            return false;
        }
    }

    private static boolean isLongEnough(List<FlowField> fields, int sampling) {
        FlowExporterConfig config = RecordConfigs.config("netflow9://192.0.2.1");
        RecordsConfig records = new RecordsConfig(
                NatView.CLIENT,
                false,
                new FieldChoice(FieldProfile.LISTED, fields),
                EnterpriseElements.NETFILTER,
                1,
                true,
                sampling,
                null);
        SystemUptime uptime = new SystemUptime(START);
        RecordFields dictionary = new RecordFields(FlowProtocol.NETFLOW9, records, uptime, "");
        FlowEncoder encoder = CollectorOpener.encoder(config, 1, ExportClock.SYSTEM, uptime);
        try {
            new ConntrackTemplates(FlowProtocol.NETFLOW9, records, dictionary)
                    .all()
                    .forEach(encoder::check);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
