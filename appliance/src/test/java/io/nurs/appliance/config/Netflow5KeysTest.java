package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class Netflow5KeysTest {
    private static final String IPV6 =
            "2:3: exporters.main: NetFlow v5 has no IPv6: such flows of source \"a\" are counted as"
                    + " not sendable; write type: netflow9 or ipfix, or filter: ipVersion == 4 to leave them out";

    private static String yaml(String source, String keys) {
        return """
                exporters:
                  main: { type: netflow5, %s }
                stacks: [{ name: a, source: { type: %s }, exporters: [main] }]
                """.formatted(keys, source);
    }

    private static ApplianceConfig parse(String source, String keys) throws ConfigException {
        return ConfigLoader.parse("nurs.yaml", yaml(source, keys));
    }

    private static FlowExporterConfig exporter(String keys) throws ConfigException {
        return switch (parse("conntrack", keys).exporters().get("main")) {
            case FlowExporterConfig flows -> flows;
            case null -> throw new AssertionError("no exporter");
        };
    }

    private static void assertError(String keys, String expected) {
        ConfigException refused = assertThrows(ConfigException.class, () -> parse("conntrack", keys));
        assertEquals("nurs.yaml:" + expected, refused.getMessage());
    }

    private static List<String> warnings(String source, String keys) throws ConfigException {
        return parse(source, keys).warnings().stream()
                .map(warning -> warning.toString().replace("nurs.yaml:", ""))
                .map(text -> text.replaceFirst("^2:9:", "2:3:"))
                .toList();
    }

    @Test
    void hasOneRecordForEachDirectionAndNoOptions() throws ConfigException {
        FlowExporterConfig main = exporter("collector: 192.0.2.10");
        assertEquals(FlowProtocol.NETFLOW5, main.protocol());
        assertEquals(CollectorDestination.defaults(new CollectorAddress("192.0.2.10", 2055)), main.destination());
        assertFalse(main.records().biflow());
        assertFalse(main.records().options());
        assertEquals(1, main.records().sampling());
    }

    @Test
    void refusesASamplingThatTheHeaderCannotSay() throws ConfigException {
        assertError(
                "collector: 192.0.2.10, sampling: 16384",
                "2:60: exporters.main.sampling: the header of NetFlow v5 has 14 bits for it; write at most 16383, or type:"
                        + " netflow9");
        FlowExporterConfig most = exporter("collector: 192.0.2.10, sampling: 16383");
        assertEquals(16_383, most.records().sampling());
    }

    @Test
    void refusesWhatItsRecordsCannotBe() {
        assertError(
                "collector: 192.0.2.10, fields: full",
                "2:58: exporters.main.fields: NetFlow v5 has the same fields always; remove the key, or write type: netflow9");
        assertError(
                "collector: 192.0.2.10, biflow: true",
                "2:58: exporters.main.biflow: NetFlow v5 has one record for each direction; write biflow: false, or type:"
                        + " netflow9");
        assertError(
                "collector: 192.0.2.10, observation-domain: 65536",
                "2:70: exporters.main.observation-domain: 65536 is outside 0 to 65535");
    }

    @Test
    void refusesStreamsAndFiles() {
        assertError(
                "collector: 192.0.2.10, transport: tcp",
                "2:61: exporters.main.transport: NetFlow v5 goes over UDP only; remove the key, or write type: ipfix");
        assertError(
                "file: { path: /var/log/flows }",
                "2:33: exporters.main.file: NetFlow v5 goes over UDP only; write collector: HOST:PORT, or type: ipfix");
    }

    @Test
    void warnsOfKeysWithoutEffect() throws ConfigException {
        assertEquals(
                List.of(
                        "2:83: exporters.main.options: no effect with type: netflow5: it has no option records",
                        "2:109: exporters.main.enterprise-number: no effect with type: netflow5: it has no enterprise numbers",
                        "2:133: exporters.main.template-refresh: no effect with type: netflow5: it has no templates"),
                warnings(
                        "conntrack",
                        "collector: 192.0.2.10, filter: ipVersion == 4, options: false, enterprise-number: 4711, template-refresh:"
                                + " { packets: 7 }"));
    }

    @Test
    void warnsThatIpv6IsNotSent() throws ConfigException {
        assertEquals(List.of(IPV6), warnings("conntrack", "collector: 192.0.2.10"));
        assertEquals(List.of(), warnings("conntrack", "collector: 192.0.2.10, filter: ipVersion == 4"));
    }

    @Test
    void warnsThatWhatIsNoFlowIsNotSent() throws ConfigException {
        assertEquals(
                List.of(
                        "2:3: exporters.main: NetFlow v5 has flows only: nothing of source \"a\" is sent, and all is counted as"
                                + " not sendable; write type: netflow9 or ipfix"),
                warnings("nfacct", "collector: 192.0.2.10"));
    }

    @Test
    void aUrlWarnsToo() throws ConfigException {
        ApplianceConfig config = ApplianceConfig.forCollector("netflow5://192.0.2.10");
        assertEquals(
                List.of(
                        "--collector: NetFlow v5 has no IPv6: such flows are counted as not sendable; write type: netflow9"
                                + " or ipfix, or filter: ipVersion == 4 to leave them out"),
                config.warnings().stream().map(ConfigError::toString).toList());
        assertEquals(
                List.of(),
                ApplianceConfig.forCollector("netflow5://192.0.2.10?filter=ipVersion == 4")
                        .warnings());
    }

    @Test
    void readersMustFindRoomForTheirEngines() {
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> parse("conntrack, readers: 3", "collector: 192.0.2.10, observation-domain: 65534"));
        assertEquals(
                "nurs.yaml:2:9: exporters.main: observation-domain 65534 leaves no room: 3 readers of sources use this"
                        + " exporter, one domain each, and the last domain is 65535",
                refused.getMessage());
    }
}
