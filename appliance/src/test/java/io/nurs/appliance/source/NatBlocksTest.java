package io.nurs.appliance.source;

import static io.nurs.appliance.source.EntryMessage.tuple;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.netlink.conntrack.ConntrackTuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Blocks of ports and bindings of addresses, inferred from sessions. */
class NatBlocksTest {
    private static final long NOW = 1_700_000_500_000L;
    private static final int PORTS = 512;

    /** Of an inside host, on one outside address, at that port of it. */
    private record Session(int id, int host, int port) {
        private static final int MANY = 10_000;

        EntryMessage of(EntryMessage message) {
            String inside = "10.0." + host / 250 + "." + (1 + host % 250);
            ConntrackTuple original = tuple(inside, 1024 + id % MANY, "198.51.100.9", 443);
            return message.tuples(original, tuple("198.51.100.9", 443, "203.0.113.1", port))
                    .id(id);
        }

        EntryMessage begin() {
            return of(EntryMessage.created()).eventMillis(NOW);
        }

        EntryMessage listed() {
            return of(EntryMessage.dumped()).startMillis(NOW).counters(1, 100, 0, 0);
        }

        EntryMessage end() {
            return of(EntryMessage.destroy()).startMillis(NOW).stopMillis(NOW + id);
        }
    }

    @Test
    void theFirstSessionAllocatesAndTheLastFreesAtTheLatestEndOfAll() {
        try (EmbeddedNat nat = EmbeddedNat.of(PORTS).at(NOW)) {
            Session first = new Session(1, 0, 1024);
            Session second = new Session(2, 0, 1535);
            Session beyond = new Session(3, 0, 1536);
            nat.read(first.begin(), second.begin(), beyond.begin());
            assertEquals(
                    List.of(
                            "14 @500000 10.0.0.1 on 203.0.113.1",
                            "16 @500000 10.0.0.1 on 203.0.113.1 1024-1535 of 512",
                            "16 @500000 10.0.0.1 on 203.0.113.1 1536-2047 of 512"),
                    nat.told());
            nat.read(second.end(), beyond.end(), first.end());
            assertEquals(
                    List.of(
                            "17 @500003 10.0.0.1 on 203.0.113.1 1536-2047 of 512",
                            "17 @500002 10.0.0.1 on 203.0.113.1 1024-1535 of 512",
                            "15 @500003 10.0.0.1 on 203.0.113.1"),
                    nat.told());
        }
    }

    @Test
    void everyProtocolTakesFromOneSpaceAndIcmpsIdentifiersToo() {
        try (EmbeddedNat nat = EmbeddedNat.of(PORTS).at(NOW)) {
            nat.read(new Session(1, 0, 1024).begin());
            nat.told();
            nat.read(EntryMessage.created()
                    .id(2)
                    .tuples(
                            NatLogTest.echo("10.0.0.1", "198.51.100.9", 1),
                            NatLogTest.echo("198.51.100.9", "203.0.113.1", 1030)));
            assertEquals(List.of(), nat.told());
        }
    }

    @Test
    void zonesMayHaveTheSameInsideAddress() {
        try (EmbeddedNat nat = EmbeddedNat.of(PORTS).at(NOW)) {
            Session session = new Session(1, 0, 1024);
            nat.read(session.begin(), session.of(EntryMessage.created()).zone(7));
            assertEquals(4, nat.told().size());
        }
    }

    @Test
    void aForwardedPortIsABlockOfTheHostBehindIt() {
        try (EmbeddedNat nat = EmbeddedNat.of(PORTS).at(NOW)) {
            nat.read(EntryMessage.created()
                    .tuples(
                            tuple("198.51.100.9", 5000, "203.0.113.1", 7003),
                            tuple("10.0.0.3", 80, "198.51.100.9", 5000)));
            assertEquals(
                    List.of(
                            "14 @500000 10.0.0.3 on 203.0.113.1",
                            "16 @500000 10.0.0.3 on 203.0.113.1 6656-7167 of 512"),
                    nat.told());
        }
    }

    @Test
    void aBlockOfASessionThatIsGoneIsFreed() {
        try (EmbeddedNat nat = EmbeddedNat.of(PORTS).at(NOW)) {
            Session session = new Session(1, 0, 1024);
            nat.read(session.begin()).told();
            nat.at(NOW + 1).vanish(session.listed());
            assertEquals(
                    List.of(
                            "17 @500001 10.0.0.1 on 203.0.113.1 1024-1535 of 512",
                            "15 @500001 10.0.0.1 on 203.0.113.1"),
                    nat.told());
        }
    }

    /** In any order, with any of them lost or told again: at the end nothing is held, and never did a block come twice. */
    @Test
    void whateverIsRepeatedOrLostNoBlockIsLeftOrDoubled() {
        Random random = new Random(20251125);
        try (EmbeddedNat nat = EmbeddedNat.of(PORTS).at(NOW)) {
            Map<String, Integer> held = new HashMap<>();
            List<Session> alive = new ArrayList<>();
            for (int id = 1; id <= 1_500; id++) {
                Session session = new Session(id, random.nextInt(40), 1024 + random.nextInt(8) * PORTS + id % PORTS);
                alive.add(session);
                if (random.nextInt(4) > 0) {
                    nat.read(session.begin());
                }
                for (int i = random.nextInt(3); i > 0; i--) {
                    Session any = alive.get(random.nextInt(alive.size()));
                    nat.read(random.nextBoolean() ? any.listed() : any.begin());
                }
                if (alive.size() > 100) {
                    Session over = alive.remove(random.nextInt(alive.size()));
                    if (random.nextInt(5) == 0) {
                        nat.vanish(over.listed());
                    } else {
                        nat.read(over.end());
                    }
                    if (random.nextInt(3) == 0) {
                        nat.read(over.end(), over.listed());
                    }
                }
                follow(held, nat.told());
            }
            assertTrue(held.size() > 20, held::toString);
            Collections.shuffle(alive, random);
            alive.forEach(session -> nat.read(session.end(), session.end()));
            follow(held, nat.told());
            assertEquals(Map.of(), held);
            assertEquals(0, nat.sessions());
            assertEquals(0, nat.stats().blocks());
            assertEquals(0, nat.stats().bindings());
        }
    }

    private static void follow(Map<String, Integer> held, List<String> told) {
        for (String line : told) {
            int event = Integer.parseInt(line.substring(0, 2));
            String what = line.replaceFirst("^\\d+ @\\d+ ", "");
            boolean begins = event == 14 || event == 16;
            int now = held.merge(what, begins ? 1 : -1, Integer::sum);
            assertEquals(begins ? 1 : 0, now, line);
            if (now == 0) {
                held.remove(what);
            }
        }
    }
}
