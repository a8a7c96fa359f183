package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nurs.appliance.filter.FlowExpression;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    @Test
    void readsEveryKey() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", ConfigSamples.FULL);

        ConntrackSourceConfig flows = new ConntrackSourceConfig(
                "flows",
                Accounting.DELTA,
                Duration.ofSeconds(90),
                EmptyFlows.REPORT,
                Delivery.BEST_EFFORT,
                75,
                new MarkMatch(0x10000, 0xffff0000),
                "monitorns",
                65_536,
                4,
                true,
                FirstStart.EXPORT,
                Path.of("/run/nurs/totals"),
                5_000,
                new NatEventsConfig(0, 70),
                Duration.ofMillis(500));
        FlowExporterConfig main = new FlowExporterConfig(
                "main",
                CollectorPreset.GENERIC,
                FlowProtocol.NETFLOW9,
                CollectorDestination.defaults(new CollectorAddress("2001:db8::1", 2055)),
                0xfffffffcL,
                null,
                records(NatView.WIRE),
                new TemplateRefresh(7, Duration.ofHours(1), 0),
                8000,
                Duration.ofMillis(50));
        MarkInterfacesConfig marks =
                new MarkInterfacesConfig(new MarkField(0xf0000000, 28), new MarkField(0xf0, 4), 0x80000000, false);
        MatchConfig match = new MatchConfig(FlowExpression.parse("protocol == tcp and port in [80, 443]"));
        assertEquals(Transport.AUTO, config.transport());
        assertEquals(2, config.stacks().size());
        ExporterConfig spare = config.stacks().get(1).exporters().getFirst();
        assertEquals(
                new StackConfig("flows", flows, List.of(marks, match), List.of(main, spare), DistributionMode.HASH),
                config.stacks().getFirst());
        assertEquals(List.of("main", "spare"), List.copyOf(config.exporters().keySet()));
        assertEquals(List.of(), config.warnings());
    }

    private static RecordsConfig records(NatView natView) {
        RecordsConfig defaults = RecordsConfig.defaults(FlowProtocol.NETFLOW9);
        return new RecordsConfig(natView, false, defaults.fields(), EnterpriseElements.NETFILTER, 32473, true, 1, null);
    }

    @Test
    void readsTheFieldsOfRecords() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                stacks: [{ name: a, source: { type: conntrack }, exporters: [main, other, events] }]
                exporters:
                  main: { type: netflow9, collector: 192.0.2.10, biflow: true, options: false,
                          fields: [octetDeltaCount, ctMark] }
                  other: { type: ipfix, collector: 192.0.2.11, fields: minimal, enterprise-number: 4294967295, sampling: 100 }
                  events: { type: ipfix, collector: 192.0.2.12, fields: nat-events }
                """);

        assertEquals(
                new RecordsConfig(
                        NatView.CLIENT,
                        true,
                        new FieldChoice(FieldProfile.LISTED, List.of(FlowField.octetDeltaCount, FlowField.ctMark)),
                        EnterpriseElements.NETFILTER,
                        32473,
                        false,
                        1,
                        null),
                records(config, "main"));
        assertEquals(
                new RecordsConfig(
                        NatView.CLIENT,
                        false,
                        FieldChoice.of(FieldProfile.MINIMAL, FlowProtocol.IPFIX, EnterpriseElements.ALL),
                        EnterpriseElements.ALL,
                        -1,
                        true,
                        100,
                        null),
                records(config, "other"));
        assertEquals(
                new FieldChoice(FieldProfile.NAT_EVENTS, List.of()),
                records(config, "events").fields());
    }

    private static RecordsConfig records(ApplianceConfig config, String exporter) {
        return switch (config.exporters().get(exporter)) {
            case FlowExporterConfig flows -> flows.records();
            case null -> throw new AssertionError(exporter);
        };
    }

    @Test
    void fillsInTheDefaults() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", ConfigSamples.MINIMAL);

        ExporterConfig main =
                FlowExporterConfig.defaults("main", FlowProtocol.NETFLOW9, new CollectorAddress("192.0.2.10", 9995));
        assertEquals(Transport.EPOLL, config.transport());
        assertEquals(
                List.of(new StackConfig("flows", ConntrackSourceConfig.defaults("flows"), List.of(), List.of(main))),
                config.stacks());
    }

    @Test
    void defaultsAreTheDocumentedOnes() {
        assertEquals(
                new ConntrackSourceConfig(
                        "x",
                        Accounting.DELTA,
                        Duration.ofSeconds(60),
                        EmptyFlows.SKIP,
                        Delivery.RELIABLE,
                        90,
                        null,
                        null,
                        33_554_432,
                        1,
                        false,
                        FirstStart.BASELINE,
                        null,
                        1_000_000,
                        null,
                        Duration.ofSeconds(10)),
                ConntrackSourceConfig.defaults("x"));
        CollectorAddress collector = new CollectorAddress("192.0.2.10", 9995);
        assertEquals(
                new FlowExporterConfig(
                        "x",
                        CollectorPreset.GENERIC,
                        FlowProtocol.NETFLOW9,
                        CollectorDestination.defaults(collector),
                        1,
                        null,
                        records(NatView.CLIENT),
                        new TemplateRefresh(20, Duration.ofMinutes(10), 0),
                        FlowExporterConfig.AUTO,
                        Duration.ofSeconds(1)),
                FlowExporterConfig.defaults("x", FlowProtocol.NETFLOW9, collector));
    }

    @Test
    void stacksThatNameOneSourceShareIt() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                sources: { wan: { type: conntrack } }
                stacks:
                  - { name: a, source: wan, exporters: [main] }
                  - { name: b, source: wan, exporters: [main] }
                exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                """);

        assertEquals(List.of(ConntrackSourceConfig.defaults("wan")), config.sources());
        assertEquals(config.stacks().get(0).source(), config.stacks().get(1).source());
    }

    @Test
    void warnsOfWhatHasNoEffect() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                sources: { idle: { type: conntrack } }
                stacks:
                  - { name: a, source: { type: conntrack, accounting: end, active-timeout: 5s }, exporters: [main],
                      distribution: failover }
                exporters:
                  main: { type: netflow9, collector: 192.0.2.10 }
                  spare: { type: netflow9, collector: 192.0.2.11 }
                """);

        assertEquals(
                List.of(
                        "nurs.yaml:1:18: sources.idle: no stack uses it",
                        "nurs.yaml:3:76: stacks[0].source.active-timeout: has no effect with accounting: end",
                        "nurs.yaml:4:21: stacks[0].distribution: has no effect with one exporter",
                        "nurs.yaml:7:10: exporters.spare: no stack uses it"),
                config.warnings().stream().map(ConfigError::toString).toList());
    }

    @Test
    void warnsOfAnExpressionThatKnowsNoInterfacesYet() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - name: a
                    source: { type: conntrack }
                    filters:
                      - { type: match, expression: ingressInterface == 3 }
                      - { type: mark-interfaces, ingress: 0xf, egress: 0xf0 }
                      - { type: match, expression: egressInterface == 3 }
                    exporters: [main]
                exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                """);

        assertEquals(
                List.of(
                        "nurs.yaml:5:9: stacks[0].filters[0]: interfaces and direction are 0 here: no mark-interfaces filter"
                                + " stands before this one"),
                config.warnings().stream().map(ConfigError::toString).toList());
    }

    @Test
    void warnsOfAnExporterWhoseFilterNeverKnowsInterfaces() throws ConfigException {
        assertWarnings(
                """
                stacks:
                  - { name: a, source: { type: conntrack }, exporters: [main, other] }
                  - { name: b, source: { type: conntrack, mark: 1/1 }, exporters: [other],
                      filters: [{ type: mark-interfaces, ingress: 0xf, egress: 0xf }] }
                exporters:
                  main: { type: ipfix, collector: 192.0.2.10, filter: flowDirection == egress }
                  other: { type: ipfix, collector: 192.0.2.11, filter: flowDirection == egress }
                """,
                "6:9: exporters.main: interfaces and direction are 0 in its filter: no stack of this exporter knows"
                        + " interfaces; give one the filter mark-interfaces");
    }

    @Test
    void warnsOfEventsThatNobodyIsToldOf() throws ConfigException {
        assertWarnings(
                """
                stacks:
                  - { name: a, source: { type: conntrack, events: nat }, exporters: [main] }
                  - { name: b, source: { type: conntrack, mark: 1/1, events: nat }, exporters: [main, log] }
                exporters:
                  main: { type: ipfix, collector: 192.0.2.10 }
                  log: { type: ipfix, collector: 192.0.2.11, fields: nat-events }
                """,
                "2:24: stacks[0].source: events: nat logs nothing: no exporter of its stacks is for events; give one"
                        + " fields: nat-events");
    }

    @Test
    void warnsOfAnExporterOfEventsWithoutAny() throws ConfigException {
        assertWarnings(
                """
                stacks: [{ name: a, source: { type: conntrack }, exporters: [main, log] }]
                exporters:
                  main: { type: ipfix, collector: 192.0.2.10 }
                  log: { type: netflow9, collector: 192.0.2.11, fields: hsl }
                """,
                "4:8: exporters.log: sends nothing: it is for events, and no source of its stacks has any; write"
                        + " events: nat in a source, or other fields here");
    }

    @Test
    void warnsOfKeysThatAreAboutFlowsOnAnExporterOfEvents() throws ConfigException {
        String why = ": no effect with fields: nat-events: it is about flows, not events";
        assertWarnings(
                """
                stacks: [{ name: a, source: { type: conntrack, events: nat }, exporters: [log] }]
                exporters:
                  log: { type: ipfix, collector: 192.0.2.11, fields: nat-events, filter: ingressInterface == 1,
                         nat-view: wire, biflow: true, sampling: 5 }
                """,
                "3:74: exporters.log.filter" + why,
                "4:20: exporters.log.nat-view" + why,
                "4:34: exporters.log.biflow" + why,
                "4:50: exporters.log.sampling" + why);
    }

    private static void assertWarnings(String yaml, String... expected) throws ConfigException {
        assertEquals(
                Stream.of(expected).map(warning -> "nurs.yaml:" + warning).toList(),
                ConfigLoader.parse("nurs.yaml", yaml).warnings().stream()
                        .map(ConfigError::toString)
                        .toList());
    }

    @Test
    void warnsOfRecordsThatAreNotAsTheyWereMeant() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - { name: a, source: { type: conntrack }, exporters: [main, other] }
                exporters:
                  main: { type: netflow9, collector: 192.0.2.10, enterprise-number: 7, fields: [ctMark, egressInterface] }
                  other: { type: ipfix, collector: 192.0.2.11, biflow: true, nat-view: wire, options: false, sampling: 5 }
                """);

        assertEquals(
                List.of(
                        "nurs.yaml:4:9: exporters.main: records will be without egressInterface: no stack of this exporter knows"
                                + " interfaces; give one the filter mark-interfaces",
                        "nurs.yaml:4:69: exporters.main.enterprise-number: no effect: NetFlow v9 has no enterprise numbers",
                        "nurs.yaml:5:72: exporters.other.nat-view: no effect with biflow: true: a record of both directions is"
                                + " the originator's",
                        "nurs.yaml:5:87: exporters.other.options: without options the collector does not learn of sampling, and"
                                + " does not scale by it"),
                config.warnings().stream().map(ConfigError::toString).toList());
    }

    @Test
    void warnsOfSourcesThatTakeEachOthersCounts() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - { name: a, source: { type: conntrack, mark: 1/1, accounting: reset }, exporters: [main] }
                  - { name: b, source: { type: conntrack, mark: 0/1 }, exporters: [main] }
                  - { name: c, source: { type: conntrack, mark: 2/2, namespace: c }, exporters: [main] }
                  - { name: d, source: { type: conntrack, mark: 3/3, accounting: end }, exporters: [main] }
                exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                """);

        assertEquals(
                List.of(
                        "nurs.yaml:5:24: stacks[3].source: reads the same conntrack table as source \"a\", and accounting: reset"
                                + " splits each flow's counts between them; let the stacks name one of the sources"),
                config.warnings().stream().map(ConfigError::toString).toList());
    }

    @Test
    void warnsOfWhatOnlyDeltaAccountingKnows() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - { name: a, source: { type: conntrack, accounting: end, max-flows: 5000 }, exporters: [main] }
                exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                """);

        assertEquals(
                List.of("nurs.yaml:2:71: stacks[0].source.max-flows: has no effect with accounting: end"),
                config.warnings().stream().map(ConfigError::toString).toList());
    }

    @Test
    void readsAFileThatBeginsWithAByteOrderMark(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("nurs.yaml"), "\ufeff" + ConfigSamples.MINIMAL);

        assertEquals(1, ConfigLoader.load(file).stacks().size());
    }

    @Test
    void saysWhereAFileIsNotUtf8(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("nurs.yaml");
        Files.write(file, "stacks:\n  # caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

        assertLoadError(file, ":2:8: byte 0xe9 is not UTF-8; save the file as UTF-8");
    }

    @Test
    void saysWhenAFileEndsInsideACharacter(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("nurs.yaml"), new byte[] {'a', (byte) 0xe2, (byte) 0x82});

        assertLoadError(file, ":1:2: byte 0xe2 is not UTF-8; save the file as UTF-8");
    }

    @Test
    void saysWhyAFileCannotBeRead(@TempDir Path folder) throws Exception {
        assertLoadError(folder.resolve("nope.yaml"), ": no such file");
        assertLoadError(folder, ": cannot be read: Is a directory");
        Path large = Files.write(folder.resolve("large.yaml"), new byte[YamlText.MAX_BYTES + 1]);
        assertLoadError(large, ": larger than 1 MiB, so hardly a configuration");
    }

    private static void assertLoadError(Path file, String expected) {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigLoader.load(file));
        assertEquals(file + expected, e.getMessage());
    }

    @Test
    void saysThatACaptureOfAQueueIsCut() throws ConfigException {
        assertWarnings(
                """
                stacks: [{ name: gate, source: { type: nfqueue, queues: 0 }, exporters: [dump] }]
                exporters: { dump: { type: pcap, file: { path: /d } } }
                """,
                "2:20: exporters.dump: longer packets of source \"gate\" are cut; write copy-range: 65531 there, unless"
                        + " that is meant");
    }
}
