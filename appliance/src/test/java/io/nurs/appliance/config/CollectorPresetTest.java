package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code preset:} sets, and what it warns of. */
class CollectorPresetTest {
    private static ApplianceConfig config(String exporter) throws ConfigException {
        return ConfigLoader.parse("nurs.yaml", """
                stacks: [{ name: a, source: { type: conntrack }, exporters: [main] }]
                exporters: { main: { collector: 192.0.2.1, %s } }
                """.formatted(exporter));
    }

    private static FlowExporterConfig main(ApplianceConfig config) {
        return switch (config.exporters().get("main")) {
            case FlowExporterConfig flows -> flows;
            case null -> throw new AssertionError("no exporter");
        };
    }

    private static List<String> warnings(String exporter) throws ConfigException {
        return config(exporter).warnings().stream().map(ConfigError::toString).toList();
    }

    private static String interfaces(CollectorPreset preset) {
        return preset.wantsInterfaces() ? ", ingress-interface: 2, egress-interface: 3" : "";
    }

    @ParameterizedTest
    @EnumSource
    void aPresetNeedsNoTypeAndIsWithoutWarnings(CollectorPreset preset) throws ConfigException {
        String exporter = "preset: " + preset + interfaces(preset);
        FlowExporterConfig main = main(config(exporter));
        assertEquals(preset, main.preset());
        assertEquals(preset.protocol(), main.protocol());
        assertFalse(main.records().biflow());
        assertEquals(List.of(), warnings(exporter));
    }

    @Test
    void keysOfTheExporterWin() throws ConfigException {
        FlowExporterConfig main = main(
                config(
                        "preset: goflow2, type: netflow9, enterprise-elements: all, biflow: true, template-refresh: { interval: 7s }"));
        assertEquals(FlowProtocol.NETFLOW9, main.protocol());
        assertEquals(EnterpriseElements.ALL, main.records().enterpriseElements());
        assertTrue(main.records().biflow());
        assertEquals(Duration.ofSeconds(7), main.templateRefresh().interval());
        assertEquals(20, main.templateRefresh().packets());
    }

    @Test
    void elasticGetsADuration() throws ConfigException {
        assertTrue(main(config("preset: elastic")).records().fields().has(FlowField.flowDurationMilliseconds));
        assertFalse(main(config("preset: generic")).records().fields().has(FlowField.flowDurationMilliseconds));
    }

    @Test
    void akvoradoIsRefusedWithoutInterfaces() throws ConfigException {
        ConfigException refused = assertThrows(ConfigException.class, () -> config("preset: akvorado"));
        assertEquals(
                "nurs.yaml:2:20: exporters.main: preset akvorado: the collector drops flows without interface numbers; write"
                        + " ingress-interface and egress-interface (`ip link` shows the numbers), or give its stacks the"
                        + " filter mark-interfaces",
                refused.getMessage());
        assertThrows(ConfigException.class, () -> ApplianceConfig.forCollector("ipfix://192.0.2.1?preset=akvorado"));
        ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - { name: a, source: { type: conntrack }, exporters: [main],
                      filters: [{ type: mark-interfaces, ingress: 0xf00 >> 8, egress: 0xf0 >> 4 }] }
                exporters: { main: { preset: akvorado, collector: 192.0.2.1 } }
                """);
    }

    @Test
    void oneInterfaceAloneIsRefused() {
        ConfigException refused = assertThrows(ConfigException.class, () -> config("type: ipfix, egress-interface: 3"));
        assertEquals(
                "nurs.yaml:2:75: exporters.main.egress-interface: write ingress-interface as well; `ip link` shows the numbers",
                refused.getMessage());
    }

    @Test
    void warnsOfWhatTheCollectorMakesNothingOf() throws ConfigException {
        assertEquals(
                List.of(
                        "nurs.yaml:2:69: exporters.main.biflow: goflow2 does not read reverse elements: the reply's bytes are"
                                + " lost there"),
                warnings("preset: goflow2, biflow: true"));
        assertEquals(
                List.of("nurs.yaml:2:69: exporters.main.fields: goflow2 does not read ctZone"),
                warnings("preset: goflow2, fields: [sourceIPv4Address, sourceIPv6Address, octetDeltaCount, ctZone]"));
        assertEquals(
                List.of("nurs.yaml:2:72: exporters.main.transport: elastic listens on UDP only"),
                warnings("preset: elastic, transport: tcp"));
        assertEquals(
                List.of(
                        "nurs.yaml:2:68: exporters.main.type: Logstash's codec does not know all elements of these records in"
                                + " NetFlow v9, and drops them; write type: ipfix"),
                warnings("preset: logstash, type: netflow9"));
        assertEquals(List.of(), warnings("preset: akvorado, biflow: true, ingress-interface: 2, egress-interface: 3"));
    }

    @Test
    void anUnknownPresetIsRefusedByName() {
        ConfigException refused = assertThrows(ConfigException.class, () -> config("preset: nfdum"));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("\"nfdum\" is unknown; did you mean nfdump?"), message);
    }
}
