package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.PolicyConfig.Action;
import io.nurs.appliance.config.PolicyConfig.MarkChange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code type: nfqueue} as it is written. */
class NfqueueConfigTest {
    private static ApplianceConfig parse(String keys) throws ConfigException {
        return ConfigLoader.parse(
                "nurs.yaml", "stacks: [{ name: a, source: { type: nfqueue, " + keys + " }, exporters: [] }]");
    }

    private static NfqueueSourceConfig source(String keys) throws ConfigException {
        return (NfqueueSourceConfig) parse(keys).sources().getFirst();
    }

    @Test
    void acceptsAllByDefaultAndLetsPassWhatItCannotDecideOn() throws ConfigException {
        NfqueueSourceConfig source = source("queues: 0");
        assertEquals(List.of(0), source.queues());
        assertEquals(Action.ACCEPT, source.policy().action());
        assertTrue(source.failOpen());
        assertTrue(source.gso());
        assertEquals(256, source.copyRangeBytes());
        assertEquals(List.of(), parse("queues: 0").warnings());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4 | 4",
                "0-3 | 0-3",
                "[0-1, 5, 7-8] | 0-1,5,7-8",
                "[3, 2] | 3,2",
                "65535 | 65535",
            })
    void namesQueuesInSeveralWays(String written, String read) throws ConfigException {
        NfqueueSourceConfig source = source("queues: " + written);
        assertEquals(read, source.queueNumbers());
        assertEquals(source.queues().size(), source.readers());
    }

    @Test
    void takesWholePacketsOneByOneIfItRewritesThem() throws ConfigException {
        NfqueueSourceConfig source = source("queues: 0, policy: { rewrite: { ttl: 64 } }");
        assertEquals(65_531, source.copyRangeBytes());
        assertFalse(source.gso());
    }

    @Test
    void setsBitsOfAMark() throws ConfigException {
        MarkChange change =
                source("queues: 0, policy: { mark: 0x10/0xf0 }").policy().mark();
        assertEquals(new MarkChange(0x10, 0xf0), change);
        assertEquals(0xabcd_1218, new MarkChange(0x10, 0xf0).apply(0xabcd_1278));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy: accept | key \"queues\" is missing: write the queues",
                "queues: 65536 | queues are numbered 0 to 65535",
                "queues: 3-1 | ends before it begins",
                "queues: [1, 1] | queue 1 is in this list twice",
                "queues: [] | names no queue",
                "queues: 0-100 | more than 64 queues",
                "queues: 0, policy: repeat | needs a mark, by which the rule passes over",
                "queues: 0, policy: { verdict: repeat } | needs a mark",
                "queues: 0, policy: allow | \"allow\" is no verdict: write accept, drop, repeat, stop or queue N",
                "queues: 0, policy: queue 70000 | queues are numbered",
                "queues: 0-3, policy: queue 2 | is one of this source's own",
                "queues: 0, policy: { mark: 0x100/0xf0 } | bits outside mask",
                "queues: 0, policy: { rewrite: { ttl: 0 } } | 0 is outside 1 to 255",
                "queues: 0, policy: { rewrite: { dscp: 64 } } | 64 is outside 0 to 63",
                "queues: 0, policy: { rewrite: { ttl: 1 } }, gso: true | cannot be cut into segments",
                "queues: 0, policy: { drop-if: 'tll < 3' } | column 1: \"tll\" is no field that packets have; did you mean ttl?",
                "queues: 0, policy: { drop-if: 'ttl & 3 == 1' } | column 5: only mark, tcpControlBits and tcpFlags have bits",
                "queues: 0, policy: { drop-if: 'octetDeltaCount == 1' } | is no field that packets have",
                "queues: 0, copy-range: 70000 | outside 0 to 65531",
                "queues: 0, max-length: 0 | outside 1 to",
            })
    void refuses(String keys, String why) {
        ConfigException refused = assertThrows(ConfigException.class, () -> parse(keys));
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy: { verdict: drop, mark: 1 } | with verdict: drop nothing else has an effect",
                "policy: { rewrite: { ttl: 1 } }, copy-range: 1000 | only a whole packet can be given back",
                "policy: { drop-if: ttl == 1 }, copy-range: 10 | drop-if cannot see headers beyond this",
            })
    void warns(String keys, String why) throws ConfigException {
        List<ConfigError> warnings = parse("queues: 0, " + keys).warnings();
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.getFirst().message().contains(why), warnings::toString);
    }

    private static ApplianceConfig two(String one, String other) throws ConfigException {
        return ConfigLoader.parse("nurs.yaml", """
                stacks:
                  - { name: a, source: { type: nfqueue, %s }, exporters: [] }
                  - { name: b, source: { type: nfqueue, %s }, exporters: [] }
                """.formatted(one, other));
    }

    @Test
    void aQueueHasOneSourceAndPacketsDoNotGoRound() throws ConfigException {
        assertEquals(2, two("queues: 1, policy: queue 2", "queues: 2").sources().size());
        assertEquals(
                2, two("queues: 1", "queues: 1, namespace: other").sources().size());
        ConfigException twice = assertThrows(ConfigException.class, () -> two("queues: 0-3", "queues: [3, 4]"));
        assertTrue(String.valueOf(twice.getMessage()).contains("source \"a\" reads queue 3"), twice.getMessage());
        ConfigException round = assertThrows(
                ConfigException.class, () -> two("queues: 1, policy: queue 2", "queues: 2, policy: queue 1"));
        assertTrue(
                String.valueOf(round.getMessage()).contains("come back to this source for ever"), round.getMessage());
    }

    @Test
    void otherSourcesNeedExporters() {
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> ConfigLoader.parse(
                        "nurs.yaml",
                        "stacks: [{ name: a, source: { type: nfacct }, exporters: [] }]\n"
                                + "exporters: { main: { type: ipfix, collector: 192.0.2.1 } }"));
        assertTrue(String.valueOf(refused.getMessage()).contains("list at least one exporter"), refused.getMessage());
    }

    @Test
    void aRunningSourceTakesAnotherPolicy() throws ConfigException {
        NfqueueSourceConfig before = source("queues: 0");
        assertTrue(before.canBecome(source("queues: 0, policy: drop")));
        assertFalse(before.canBecome(source("queues: 1")));
        assertFalse(before.canBecome(source("queues: 0, policy: { rewrite: { ttl: 9 } }")));
        assertFalse(before.canBecome(source("queues: 0, max-length: 77")));
    }
}
