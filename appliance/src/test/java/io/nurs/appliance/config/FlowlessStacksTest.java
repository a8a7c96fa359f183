package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations of sources that have no flows. */
class FlowlessStacksTest {
    private static final Pattern YAML_BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static String yaml(String source, String stack, String exporter) {
        return """
                stacks:
                  - name: acct
                    source: { type: %s }
                    exporters: [main]
                    %s
                exporters:
                  main: { type: ipfix, collector: 192.0.2.10, %s }
                """.formatted(source, stack, exporter);
    }

    private static ApplianceConfig parse(String source) throws ConfigException {
        return ConfigLoader.parse("nurs.yaml", yaml(source, "", "options: true"));
    }

    private static List<String> warnings(String yaml) throws ConfigException {
        return ConfigLoader.parse("nurs.yaml", yaml).warnings().stream()
                .map(ConfigError::message)
                .toList();
    }

    @Test
    void defaultsAreAsDocumented() throws ConfigException {
        assertEquals(
                new NfacctSourceConfig("acct", Duration.ofMinutes(1), true, FirstStart.EXPORT, null),
                parse("nfacct").sources().getFirst());
        assertEquals(
                new NfacctSourceConfig("acct", Duration.ofMinutes(1), false, FirstStart.BASELINE, null),
                parse("nfacct, zero: false").sources().getFirst());
        assertEquals(
                new CounterSourceConfig("acct", Duration.ofMinutes(1), true, null),
                parse("conntrack-stats").sources().getFirst());
        assertEquals(
                new ConntrackEventSourceConfig(
                        "acct",
                        Set.of(EntryEvent.NEW, EntryEvent.DESTROY),
                        AddressFamily.ANY,
                        Set.of(),
                        null,
                        Delivery.BEST_EFFORT,
                        90,
                        32 << 20,
                        null),
                parse("conntrack-events").sources().getFirst());
        assertEquals(List.of(), parse("nfacct").warnings());
        Duration minute = Duration.ofMinutes(1);
        assertEquals(
                new NftablesSourceConfig("acct", true, false, true, minute, false, FirstStart.BASELINE, 8 << 20, null),
                parse("nftables").sources().getFirst());
        assertEquals(
                new NftablesSourceConfig("acct", true, false, true, minute, true, FirstStart.EXPORT, 8 << 20, null),
                parse("nftables, zero: true").sources().getFirst());
        assertEquals(List.of(), parse("nftables").warnings());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nfacct, interval: 100ms | 100ms is outside 1s to 1d",
                "nfacct, interval: 2d | 2d is outside 1s to 1d",
                "nfacct, zero: 2 | is neither",
                "nfacct, first-start: report | \"report\" is unknown",
                "nfacct, namespace: a/b | \"a/b\" is neither a name in /run/netns",
                "nfacct, readers: 2 | unknown key \"readers\"",
                "conntrack-stats, zero: true | unknown key \"zero\"",
                "conntrack-stats, per-cpu: some | is neither",
                "conntrack-events, events: [] | empty; list at least one",
                "conntrack-events, events: new | wants a list, found one value",
                "'conntrack-events, events: [new, created]' | \"created\" is unknown; known values: new, update, destroy",
                "'conntrack-events, events: [new, new]' | \"new\" is in this list twice",
                "'conntrack-events, protocols: [tcp, quic]' | \"quic\" is neither the name of a protocol",
                "'conntrack-events, protocols: [tcp, 6]' | \"6\" is in this list twice",
                "conntrack-events, protocols: [256] | \"256\" is neither",
                "conntrack-events, family: ip | \"ip\" is unknown",
                "conntrack-events, mark: 0x11/0x10 | value 0x11 has bits outside mask 0x10",
                "conntrack-events, interval: 1s | unknown key \"interval\"",
                "nfact | \"nfact\" is unknown; did you mean nfacct?",
                "nftables, trace: some | is neither",
                "nftables, receive-buffer: 1KiB | 1KiB is outside 4KiB to 1GiB",
                "nftables, readers: 2 | unknown key \"readers\"",
                "'nftables, changes: false, counters: false' | changes, trace and counters are all off",
            })
    void mistakesAreNamed(String source, String message) {
        ConfigException refused = assertThrows(ConfigException.class, () -> parse(source));
        assertEquals(1, refused.errors().size(), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused::getMessage);
    }

    @Test
    void filtersOfAStackWithoutFlowsAreAMistake() {
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> warnings(yaml("nfacct", "filters: [{ type: match, expression: port == 443 }]", "options: true")));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .contains("stacks[0].filters[0]: filters look at flows, and source \"acct\" has none"),
                refused::getMessage);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "filter: port == 443 | its filter has no effect",
                "sampling: 10 | sampling has no effect",
                "fields: nat-events | nothing of it is sent",
            })
    void whatLooksAtFlowsIsWarnedOf(String exporter, String message) throws ConfigException {
        List<String> warnings = warnings(yaml("conntrack-stats", "", exporter));
        assertTrue(warnings.stream().anyMatch(warning -> warning.startsWith(message)), warnings::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "conntrack-events, guard: 80% | has no effect with delivery: best-effort",
                "'conntrack-events, delivery: reliable, events: [new]' | has no effect without destroy",
            })
    void keysWithoutEffectAreWarnedOf(String source, String message) throws ConfigException {
        List<String> warnings = warnings(yaml(source, "", "options: true"));
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().startsWith(message), warnings::toString);
    }

    @Test
    void hashingIsWarnedOf() throws ConfigException {
        String yaml = yaml("nfacct", "distribution: hash", "options: true")
                .replace("[main]", "[main, other]")
                .concat("  other: { type: ipfix, collector: 192.0.2.11 }\n");
        assertEquals(1, warnings(yaml).size());
        assertTrue(warnings(yaml).getFirst().startsWith("hash shares out flows"), warnings(yaml)::toString);
    }

    @Test
    void twoThatZeroTheSameObjectsAreWarnedOf() throws ConfigException {
        String yaml = yaml("nfacct, zero: false", "", "options: true")
                .replace(
                        "exporters:\n  main:",
                        "  - { name: other, source: { type: nfacct }, exporters: [main] }\nexporters:\n  main:");
        assertEquals(1, warnings(yaml).size());
        assertTrue(
                warnings(yaml).getFirst().startsWith("reads the same accounting objects as source \"acct\""),
                warnings(yaml)::toString);
        assertEquals(List.of(), warnings(yaml.replace("{ type: nfacct }", "{ type: nfacct, zero: false }")));
    }

    @Test
    void whatHasNoEffectOnRulesIsWarnedOf() throws ConfigException {
        List<String> warnings = warnings(yaml("nftables, counters: false, zero: true", "", "options: true"));
        assertEquals(List.of("has no effect with counters: false"), warnings);
        String two = yaml("nftables", "", "options: true")
                .replace(
                        "exporters:\n  main:",
                        "  - { name: other, source: { type: nftables, zero: true }, exporters: [main] }\nexporters:\n  main:");
        assertEquals(1, warnings(two).size());
        assertTrue(
                warnings(two).getFirst().startsWith("reads the same counters and quotas as source \"acct\""),
                warnings(two)::toString);
        assertEquals(List.of(), warnings(two.replace("zero: true", "counters: false")));
    }

    @Test
    void theIntervalAloneIsTakenUpByTheSourceThatRuns() throws ConfigException {
        SourceConfig before = parse("nfacct").sources().getFirst();
        assertTrue(before.canBecome(parse("nfacct, interval: 5m").sources().getFirst()));
        assertFalse(before.canBecome(parse("nfacct, zero: false").sources().getFirst()));
        assertFalse(before.canBecome(parse("conntrack-stats").sources().getFirst()));
        SourceConfig counters = parse("conntrack-stats").sources().getFirst();
        assertTrue(counters.canBecome(
                parse("conntrack-stats, interval: 5m").sources().getFirst()));
        assertFalse(counters.canBecome(
                parse("conntrack-stats, per-cpu: false").sources().getFirst()));
        SourceConfig rules = parse("nftables").sources().getFirst();
        assertTrue(rules.canBecome(parse("nftables, interval: 5m").sources().getFirst()));
        assertFalse(rules.canBecome(parse("nftables, trace: true").sources().getFirst()));
    }

    @Test
    void theExamplesOfTheSourcesPageAreValid() throws IOException, ConfigException {
        List<MatchResult> blocks = YAML_BLOCK
                .matcher(Files.readString(Path.of("docs/sources.md")))
                .results()
                .toList();
        assertFalse(blocks.isEmpty());
        for (MatchResult block : blocks) {
            assertEquals(List.of(), warnings(block.group(1)));
        }
    }
}
