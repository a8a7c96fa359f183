package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigurationDocTest {
    /** A key nobody knows on every level: the errors list the keys that are known there. */
    private static final String UNKNOWN_EVERYWHERE =
            """
            zzz: 1
            stacks:
              - name: flows
                zzz: 1
                source: { type: conntrack, zzz: 1 }
                filters: [{ type: mark-interfaces, ingress: 1, egress: 1, zzz: 1 }, { type: match, expression: port == 1, zzz: 1 }]
                exporters: [main]
              - { name: acct, source: { type: nfacct, zzz: 1 }, exporters: [main] }
              - { name: events, source: { type: conntrack-events, zzz: 1 }, exporters: [main] }
              - { name: counters, source: { type: conntrack-stats, zzz: 1 }, exporters: [main] }
              - { name: rules, source: { type: nftables, zzz: 1 }, exporters: [main] }
              - { name: packets, source: { type: nflog, groups: [8], zzz: 1 }, exporters: [main] }
              - { name: queues, source: { type: nfqueue, queues: 0, zzz: 1, policy: { zzz: 1, rewrite: { zzz: 1 } } }, exporters: [] }
            exporters:
              main: { type: netflow9, collector: 192.0.2.10, zzz: 1, spool: { directory: /s, zzz: 1 }, template-refresh: { zzz: 1 } }
              tls: { type: ipfix, transport: tls, collector: 192.0.2.10,
                     tls: { certificate: /c, key: /k, trust: /t, zzz: 1 } }
              file: { type: ipfix, file: { path: /f, zzz: 1 } }
              text: { type: json, tcp: "192.0.2.10:1", zzz: 1, tls: { certificate: /c, key: /k, trust: /t, zzz: 1 } }
              daemon: { type: syslog, zzz: 1 }
              dump: { type: pcap, file: { path: /d }, zzz: 1 }
            metrics: { zzz: 1, tls: { certificate: /c, key: /k, zzz: 1 }, basic-auth: { user: u, password-hash: @, zzz: 1 }, top: { zzz: 1 } }
            """.replace("@", PasswordHash.of("secret").toString());

    private static final Pattern KNOWN = Pattern.compile("known keys: (.*)");
    private static final Pattern YAML_BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void documentsEveryKey() throws IOException {
        Set<String> keys = knownKeys();
        String doc = doc();

        assertTrue(keys.size() > 25, keys::toString);
        for (String key : keys) {
            assertTrue(
                    Pattern.compile("(?m)^\\| (?:↳ )?`" + key + "` \\|")
                            .matcher(doc)
                            .find(),
                    key + " has no row");
        }
    }

    @Test
    void documentsNoOtherKey() throws IOException {
        Set<String> keys = knownKeys();
        Pattern row = Pattern.compile("(?m)^\\| (?:↳ )?`([a-z-]+)` \\|");

        List<String> others = row.matcher(doc())
                .results()
                .map(r -> r.group(1))
                .filter(key -> !keys.contains(key))
                .toList();

        assertEquals(List.of(), others);
    }

    @Test
    void everyExampleIsValid() throws IOException, ConfigException {
        List<MatchResult> blocks = YAML_BLOCK.matcher(doc()).results().toList();

        assertTrue(blocks.size() >= 3);
        for (MatchResult block : blocks) {
            assertEquals(
                    List.of(),
                    ConfigLoader.parse("configuration.md", block.group(1)).warnings());
        }
    }

    static Set<String> knownKeys() {
        ConfigException e =
                assertThrows(ConfigException.class, () -> ConfigLoader.parse("nurs.yaml", UNKNOWN_EVERYWHERE));
        assertEquals(26, e.errors().size(), e::getMessage);
        Set<String> keys = new TreeSet<>();
        KNOWN.matcher(String.valueOf(e.getMessage()))
                .results()
                .forEach(result -> keys.addAll(List.of(result.group(1).split(", "))));
        return keys;
    }

    private static String doc() throws IOException {
        return Files.readString(Path.of("docs/configuration.md"));
    }
}
