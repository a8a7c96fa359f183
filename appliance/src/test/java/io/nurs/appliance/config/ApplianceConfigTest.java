package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApplianceConfigTest {
    @Test
    void aCollectorUrlIsOneStackWithDefaults() throws ConfigException {
        ApplianceConfig config = ApplianceConfig.forCollector("netflow9://192.0.2.10:2055");

        FlowExporterConfig main =
                FlowExporterConfig.defaults("main", FlowProtocol.NETFLOW9, new CollectorAddress("192.0.2.10", 2055));
        assertEquals(
                List.of(new StackConfig("flows", ConntrackSourceConfig.defaults("flows"), List.of(), List.of(main))),
                config.stacks());
    }

    @Test
    void aCollectorUrlTakesTheExportersOptions() throws ConfigException {
        FlowExporterConfig main =
                exporter("netflow9://[2001:db8::1]/?observation-domain=7&nat-view=wire&flush-interval=50ms");

        assertEquals(CollectorDestination.defaults(new CollectorAddress("2001:db8::1", 9995)), main.destination());
        assertEquals(7, main.observationDomain());
        assertEquals(NatView.WIRE, main.records().natView());
        assertEquals(Duration.ofMillis(50), main.flushInterval());
    }

    @Test
    void aBadCollectorUrlNamesEveryMistake() {
        assertUrlError(
                "192.0.2.10:9995",
                "--collector: \"192.0.2.10:9995\" is not a collector's URL; write it as netflow9://192.0.2.10:9995,"
                        + " netflow5://192.0.2.10:2055 or ipfix://192.0.2.10:4739");
        assertUrlError(
                "netflow9://2001:db8::1?natview=wire&observation-domain=x",
                "--collector: collector: \"2001:db8::1\": an IPv6 address needs brackets, such as [2001:db8::1]:9995\n"
                        + "--collector: observation-domain: \"x\" is not a whole number from 0 up; write it as 26, 0x1a or 0o32\n"
                        + "--collector: unknown key \"natview\": did you mean nat-view? known keys: preset, file, transport, collector,"
                        + " tls, source-address, bind-device, dscp, spool, max-datagrams-per-second, reconnect-interval, stall-timeout,"
                        + " observation-domain, filter, enterprise-number, enterprise-elements, fields, options, sampling,"
                        + " ingress-interface, egress-interface, nat-view, biflow, template-refresh, max-datagram-bytes, flush-interval");
        assertUrlError(
                "netflow9://192.0.2.10?nat-view=wire&nat-view=wire", "--collector: key \"nat-view\" is here twice");
    }

    @Test
    void eachSourceOfAnExporterHasADomainOfItsOwn() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                sources: { shared: { type: conntrack } }
                stacks:
                  - { name: a, source: shared, exporters: [main] }
                  - { name: b, source: shared, exporters: [main] }
                  - { name: c, source: { type: conntrack, namespace: c }, exporters: [other] }
                  - { name: d, source: { type: conntrack, namespace: d }, exporters: [other, main] }
                exporters:
                  main: { type: netflow9, collector: 192.0.2.10, observation-domain: 5 }
                  other: { type: netflow9, collector: 192.0.2.10, observation-domain: 7 }
                """);

        assertEquals(
                List.of("shared", "c", "d"),
                config.sources().stream().map(SourceConfig::name).toList());
        assertEquals(5, domain(config, 0, "main"));
        assertEquals(5, domain(config, 1, "main"));
        assertEquals(6, domain(config, 3, "main"));
        assertEquals(7, domain(config, 2, "other"));
        assertEquals(8, domain(config, 3, "other"));
        assertThrows(IllegalArgumentException.class, () -> domain(config, 2, "main"));
    }

    @Test
    void eachReaderOfASourceHasADomainOfItsOwn() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - { name: a, source: { type: conntrack, readers: 3 }, exporters: [main] }
                  - { name: b, source: { type: conntrack, namespace: b }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: 192.0.2.10, observation-domain: 5 }
                """);
        assertEquals(5, domain(config, 0, "main"));
        assertEquals(
                7,
                config.observationDomain(
                        config.stacks().getFirst().source(),
                        exporter(config.exporters().get("main")),
                        2));
        assertEquals(8, domain(config, 1, "main"));
    }

    private static FlowExporterConfig exporter(@Nullable ExporterConfig exporter) {
        return switch (exporter) {
            case FlowExporterConfig netflow9 -> netflow9;
            case null -> throw new AssertionError("no such exporter");
        };
    }

    private static long domain(ApplianceConfig config, int stack, String exporter) {
        return config.observationDomain(
                config.stacks().get(stack).source(), exporter(config.exporters().get(exporter)), 0);
    }

    private static FlowExporterConfig exporter(String url) throws ConfigException {
        ExporterConfig main = ApplianceConfig.forCollector(url)
                .stacks()
                .getFirst()
                .exporters()
                .getFirst();
        return exporter(main);
    }

    private static void assertUrlError(String url, String expected) {
        ConfigException e = assertThrows(ConfigException.class, () -> ApplianceConfig.forCollector(url));
        assertEquals(expected, e.getMessage());
    }
}
