package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
        Netflow9ExporterConfig main = new Netflow9ExporterConfig(
                "main",
                new CollectorAddress("2001:db8::1", 2055),
                0xfffffffcL,
                NatView.WIRE,
                new TemplateRefresh(7, Duration.ofHours(1)),
                8000,
                Duration.ofMillis(50));
        MarkInterfacesConfig marks =
                new MarkInterfacesConfig(new MarkField(0xf0000000, 28), new MarkField(0xf0, 4), 0x80000000);
        assertEquals(Transport.AUTO, config.transport());
        assertEquals(2, config.stacks().size());
        ExporterConfig spare = config.stacks().get(1).exporters().getFirst();
        assertEquals(
                new StackConfig("flows", flows, List.of(marks), List.of(main, spare)),
                config.stacks().getFirst());
        assertEquals(List.of("main", "spare"), List.copyOf(config.exporters().keySet()));
        assertEquals(List.of(), config.warnings());
    }

    @Test
    void fillsInTheDefaults() throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("nurs.yaml", ConfigSamples.MINIMAL);

        ExporterConfig main = Netflow9ExporterConfig.defaults("main", new CollectorAddress("192.0.2.10", 9995));
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
                new Netflow9ExporterConfig(
                        "x",
                        collector,
                        1,
                        NatView.CLIENT,
                        new TemplateRefresh(20, Duration.ofMinutes(10)),
                        1400,
                        Duration.ofSeconds(1)),
                Netflow9ExporterConfig.defaults("x", collector));
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
                  - { name: a, source: { type: conntrack, accounting: end, active-timeout: 5s }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: 192.0.2.10 }
                  spare: { type: netflow9, collector: 192.0.2.11 }
                """);

        assertEquals(
                List.of(
                        "nurs.yaml:1:18: sources.idle: no stack uses it",
                        "nurs.yaml:3:76: stacks[0].source.active-timeout: has no effect with accounting: end",
                        "nurs.yaml:6:10: exporters.spare: no stack uses it"),
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
}
