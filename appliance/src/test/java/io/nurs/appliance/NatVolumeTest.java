package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.NatFact;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.source.ConntrackSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A translator for many subscribers, each with a range of ports on one outside address, as iptables rules give it to them: the same
 * load logged by sessions and by blocks.
 */
class NatVolumeTest extends RouterTest {
    private static final int SUBSCRIBERS = 40;
    private static final int PORTS = 512;
    private static final int FIRST_PORT = 1024;
    private static final int WAVES = 12;
    private static final int MOST_SESSIONS = 60;
    private static final int AT_LEAST = 20;
    private static final long SLACK_MILLIS = 1_000;

    @TempDir
    Path directory;

    private static String inside(int subscriber) {
        return "198.51.100." + (101 + subscriber);
    }

    /** A rule for each subscriber and protocol. */
    private void giveRanges() throws Exception {
        Requires.tools("iptables-restore");
        StringBuilder addresses = new StringBuilder();
        StringBuilder rules = new StringBuilder("*nat\n");
        for (int i = 0; i < SUBSCRIBERS; i++) {
            addresses.append("address add %s/24 dev eth0\n".formatted(inside(i)));
            int first = FIRST_PORT + i * PORTS;
            for (String protocol : List.of("udp", "tcp")) {
                rules.append("-A POSTROUTING -s %s -p %s -j SNAT --to-source %s:%d-%d\n"
                        .formatted(inside(i), protocol, Lab.ROUTER4_OUTSIDE, first, first + PORTS - 1));
            }
        }
        Path batch = Files.writeString(directory.resolve("addresses"), addresses);
        Path restore = Files.writeString(directory.resolve("rules"), rules.append("COMMIT\n"));
        Program.run("ip", "-n", lab.client(), "-batch", batch.toString());
        lab.inRouter("iptables-restore", restore.toString());
    }

    /** Subscribers come and go: in each wave half of them open some sessions, and old ones expire meanwhile. */
    private int load() throws Exception {
        Random random = new Random(8158);
        int sessions = 0;
        for (int wave = 0; wave < WAVES; wave++) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                if (random.nextBoolean()) {
                    int count = 10 + random.nextInt(MOST_SESSIONS - 10);
                    traffic.sessions(inside(i), Traffic.at(Lab.SERVER4, Lab.PLAIN), count);
                    sessions += count;
                }
            }
            Thread.sleep(500);
        }
        return sessions;
    }

    @Test
    void blocksCutTheLogTwentyTimesAndCoverEverySession() throws Exception {
        giveRanges();
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", 4);
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", 4);
        RecordingCollector other = lab.closing(RecordingCollector.open());
        try (Subject subject = Subject.start("""
                sources:
                  sessions: { type: conntrack, namespace: %1$s, events: nat }
                  blocks: { type: conntrack, namespace: %1$s, events: nat, nat-blocks: %2$d }
                stacks:
                  - { name: by-session, source: sessions, exporters: [one] }
                  - { name: by-block, source: blocks, exporters: [two] }
                exporters:
                  one: { type: netflow9, collector: "127.0.0.1:%3$d", flush-interval: 20ms, fields: nat-events, options: false }
                  two: { type: netflow9, collector: "127.0.0.1:%4$d", flush-interval: 20ms, fields: nat-events, options: false }
                """.formatted(lab.router(), PORTS, collector.port(), other.port()))) {
            int opened = load();
            lab.inRouter("conntrack", "-F");
            for (ConntrackSource source : subject.appliance().conntrackSources()) {
                NatStats stats = Objects.requireNonNull(source.natStats());
                Wait.until("no session lives", () -> lab.entries() == 0 && stats.created() == stats.deleted());
                assertEquals(0, stats.blocks());
                assertEquals(0, stats.bindings());
            }
            subject.stop();
            collector.waitForDatagrams(
                    subject.appliance().collectors().getFirst().encoded().datagrams());
            other.waitForDatagrams(
                    subject.appliance().collectors().getLast().encoded().datagrams());
            List<NatFact> bySession = NatFact.of(collector.records());
            List<NatFact> byBlock = NatFact.of(other.records());
            long sessions = deleted(subject, 0);
            // A port that was used again too soon went on with the session before.
            assertTrue(sessions > opened * 0.9 && sessions <= opened, sessions + " of " + opened);
            assertEquals(sessions, deleted(subject, 1));
            assertEquals(2 * sessions, bySession.size());
            assertCovered(bySession, byBlock);
            assertTrue(bySession.size() >= AT_LEAST * byBlock.size(), byBlock.size() + " records of blocks");
            assertTrue(octets(bySession) >= AT_LEAST * octets(byBlock), octets(byBlock) + " octets of blocks");
        }
    }

    private static long deleted(Subject subject, int source) {
        return Objects.requireNonNull(
                        subject.appliance().conntrackSources().get(source).natStats())
                .deleted();
    }

    private static long octets(List<NatFact> facts) {
        return facts.stream().mapToLong(NatFact::octets).sum();
    }

    private record Held(long from, long until) {}

    /** Who asks for the host behind an outside port at a time when it had a session finds it in the log of blocks. */
    private static void assertCovered(List<NatFact> bySession, List<NatFact> byBlock) {
        Map<String, Long> open = new HashMap<>();
        Map<String, List<Held>> held = new HashMap<>();
        for (NatFact fact : byBlock) {
            if (fact.natEvent() == NatFact.ALLOCATION) {
                assertNull(open.put(fact.about(), fact.millis()), fact::toString);
            } else if (fact.natEvent() == NatFact.DEALLOCATION) {
                Long since = open.remove(fact.about());
                assertNotNull(since, fact::toString);
                held.computeIfAbsent(fact.about(), block -> new ArrayList<>()).add(new Held(since, fact.millis()));
            }
        }
        assertEquals(Map.of(), open, "never freed");
        for (NatFact fact : bySession) {
            String[] words = fact.about().split(" ", -1);
            int first = Integer.parseInt(words[5]) / PORTS * PORTS;
            String block = "%s on %s %d-%d".formatted(words[1], words[4], first, first + PORTS - 1);
            assertTrue(
                    held.getOrDefault(block, List.of()).stream()
                            .anyMatch(time -> fact.millis() >= time.from() - SLACK_MILLIS
                                    && fact.millis() <= time.until() + SLACK_MILLIS),
                    () -> "no block for " + fact + " among " + held.get(block));
        }
    }
}
