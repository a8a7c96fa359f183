package io.nurs.appliance.source;

import static io.nurs.appliance.source.EntryMessage.tuple;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of translated sessions, by which of the kernel's messages. */
class NatLogTest {
    private static final long NOW = 1_700_000_500_000L;
    private static final String BEGIN = "17 10.0.0.2:40000=203.0.113.1:1024 > 198.51.100.9:53=198.51.100.9:53 realm 1";

    private static final ConntrackTuple ORIGINAL = tuple("10.0.0.2", 40000, "198.51.100.9", 53);
    private static final ConntrackTuple REPLY = tuple("198.51.100.9", 53, "203.0.113.1", 1024);

    private static EntryMessage session(EntryMessage message) {
        return message.tuples(ORIGINAL, REPLY);
    }

    private static EntryMessage ended() {
        return session(EntryMessage.destroy()).startMillis(NOW - 9_000).stopMillis(NOW + 5_000);
    }

    @Test
    void newIsTheBeginAndDestroyTheEndAtTheKernelsTimes() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(session(EntryMessage.created()).eventMillis(NOW - 1), ended());
            assertEquals(List.of("4 @499999 " + BEGIN, "5 @505000 " + BEGIN), nat.told());
            assertEquals(1, nat.passed(), "the end goes on to the accounting");
            assertEquals(0, nat.sessions());
        }
    }

    @Test
    void withoutTheKernelsTimesItIsNow() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(session(EntryMessage.created())).at(NOW + 7).read(session(EntryMessage.destroy()));
            assertEquals(List.of("4 @500000 " + BEGIN, "5 @500007 " + BEGIN), nat.told());
        }
    }

    @Test
    void whatIsNotTranslatedIsNotTold() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(EntryMessage.created(), EntryMessage.dumped(), EntryMessage.destroy());
            assertEquals(List.of(), nat.told());
            assertEquals(2, nat.passed(), "all but NEW");
        }
    }

    @Test
    void repeatedEventsAndDumpsCountOnce() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            EntryMessage begin = session(EntryMessage.created()).eventMillis(NOW);
            EntryMessage dumped = session(EntryMessage.dumped()).startMillis(NOW - 9_000);
            nat.read(begin, dumped, begin, dumped, ended(), ended(), dumped, ended());
            assertEquals(List.of("4 @500000 " + BEGIN, "5 @505000 " + BEGIN), nat.told());
            assertEquals(3, nat.stats().repeated());
        }
    }

    @Test
    void aSessionFromBeforeIsToldWhenTheWalkMeetsIt() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(session(EntryMessage.dumped()).startMillis(NOW - 9_000), ended());
            assertEquals(List.of("4 @491000 " + BEGIN, "5 @505000 " + BEGIN), nat.told());
        }
    }

    @Test
    void aLostBeginIsToldWithTheEnd() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(ended());
            assertEquals(List.of("4 @491000 " + BEGIN, "5 @505000 " + BEGIN), nat.told());
            assertEquals(1, nat.stats().late());
        }
    }

    @Test
    void aSessionThatIsGoneEndsWhenThatIsNoticed() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            EntryMessage dumped =
                    session(EntryMessage.dumped()).counters(1, 100, 1, 100).startMillis(NOW - 9_000);
            nat.read(dumped).told();
            nat.at(NOW + 60_000).vanish(dumped);
            assertEquals(List.of("5 @560000 " + BEGIN), nat.told());
            nat.read(ended());
            assertEquals(List.of(), nat.told(), "told later after all");
        }
    }

    @Test
    void aSessionThatNoWalkHasMetAndWhoseEndWasLostIsMissedByTheSecondLap() {
        for (int blockPorts : new int[] {0, 512}) {
            try (EmbeddedNat nat = EmbeddedNat.of(blockPorts).at(NOW)) {
                EntryMessage met =
                        session(EntryMessage.dumped()).startMillis(NOW).id(2);
                nat.read(session(EntryMessage.created()), met).lap().read(met).told();
                assertEquals(2, nat.sessions());
                nat.at(NOW + 60_000).lap();
                assertEquals(1, nat.sessions());
                assertEquals(blockPorts == 0 ? List.of("5 @560000 " + BEGIN) : List.of(), nat.told());
                nat.read(ended()).told();
                nat.lap().lap();
                assertEquals(0, nat.sessions());
                assertEquals(0, nat.stats().blocks());
                assertEquals(0, nat.stats().bindings());
            }
        }
    }

    @Test
    void aBeginThatIsToldAfterItsEndIsNotLeftForEver() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(session(EntryMessage.destroy()).stopMillis(NOW), session(EntryMessage.created()));
            assertEquals(1, nat.sessions());
            nat.lap().lap();
            assertEquals(0, nat.sessions());
        }
    }

    @Test
    void aSessionThatIsGoneAndWasNeverToldIsToldWhole() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.vanish(session(EntryMessage.dumped()).counters(1, 100, 1, 100).startMillis(NOW - 9_000));
            assertEquals(List.of("4 @491000 " + BEGIN, "5 @500000 " + BEGIN), nat.told());
        }
    }

    @Test
    void theSameTupleAgainIsAnotherSession() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            for (int i = 0; i < 3; i++) {
                nat.read(
                        session(EntryMessage.created()).eventMillis(NOW + i),
                        session(EntryMessage.destroy()).startMillis(NOW + i).stopMillis(NOW + i));
            }
            assertEquals(6, nat.told().size());
        }
    }

    @Test
    void destinationsAndBothAndIpv6AndIcmpAreTold() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            nat.read(
                    EntryMessage.created()
                            .tuples(
                                    tuple("198.51.100.9", 5000, "203.0.113.1", 80),
                                    tuple("10.0.0.3", 8080, "198.51.100.9", 5000)),
                    EntryMessage.created()
                            .tuples(
                                    tuple("10.0.0.2", 5000, "203.0.113.1", 80),
                                    tuple("10.0.0.3", 8080, "203.0.113.1", 6000)),
                    EntryMessage.created()
                            .tuples(
                                    tuple("fd00::2", 5000, "2001:db8::9", 53),
                                    tuple("2001:db8::9", 53, "2001:db8::1", 5000)),
                    EntryMessage.created()
                            .tuples(echo("10.0.0.2", "198.51.100.9", 7), echo("198.51.100.9", "203.0.113.1", 9)));
            assertEquals(
                    List.of(
                            "4 @500000 17 198.51.100.9:5000=198.51.100.9:5000 > 203.0.113.1:80=10.0.0.3:8080 realm 2",
                            "4 @500000 17 10.0.0.2:5000=203.0.113.1:6000 > 203.0.113.1:80=10.0.0.3:8080 realm 1",
                            "4 @500000 17 fd00:0:0:0:0:0:0:2:5000=2001:db8:0:0:0:0:0:1:5000 >"
                                    + " 2001:db8:0:0:0:0:0:9:53=2001:db8:0:0:0:0:0:9:53 realm 1",
                            "4 @500000 1 10.0.0.2:7=203.0.113.1:9 > 198.51.100.9:0=198.51.100.9:0 realm 1"),
                    nat.told());
        }
    }

    static ConntrackTuple echo(String source, String destination, int id) {
        return new ConntrackTuple(InetAddress.ofLiteral(source), InetAddress.ofLiteral(destination), 1, 0, 0, id, 8, 0);
    }

    @Test
    void beyondMaxFlowsSessionsAreToldWhenTheyEnd() {
        ConntrackSourceConfig small = NatConfigs.withMaxFlows(1);
        try (EmbeddedNat nat = EmbeddedNat.of(small, 0).at(NOW)) {
            ConntrackTuple other = tuple("10.0.0.3", 40000, "198.51.100.9", 53);
            EntryMessage second = EntryMessage.created().tuples(other, REPLY).id(2);
            nat.read(session(EntryMessage.created()), second);
            assertEquals(1, nat.told().size());
            nat.read(EntryMessage.destroy()
                    .tuples(other, REPLY)
                    .id(2)
                    .startMillis(NOW)
                    .stopMillis(NOW + 1));
            assertEquals(
                    List.of(
                            "4 @500000 " + BEGIN.replace("10.0.0.2", "10.0.0.3"),
                            "5 @500001 " + BEGIN.replace("10.0.0.2", "10.0.0.3")),
                    nat.told());
            assertEquals(1, nat.stats().untracked());
        }
    }

    @Test
    void aZoneOfOneDirectionTellsSubscribersApartToo() {
        for (int blockPorts : new int[] {0, 512}) {
            try (EmbeddedNat nat = EmbeddedNat.of(blockPorts).at(NOW)) {
                nat.read(
                        session(EntryMessage.created()).zone(8),
                        session(EntryMessage.created()).originalZone(7).id(2));
                List<String> told = nat.told();
                int each = blockPorts == 0 ? 1 : 2;
                assertEquals(2 * each, told.size());
                told.subList(0, each).forEach(line -> assertTrue(line.contains(" zone 8 "), line));
                told.subList(each, 2 * each).forEach(line -> assertTrue(line.contains(" zone 7 "), line));
            }
        }
    }

    @Test
    void exhaustedPortsAreToldWhereTheTableCannotBeRead() {
        try (EmbeddedNat nat = EmbeddedNat.of(0).at(NOW)) {
            assertEquals(List.of("12 @500000 0"), nat.fail(1).lookWithoutTable().told());
        }
    }

    @Test
    void theMarkDecidesAtTheBeginAndNotLater() {
        try (EmbeddedNat nat = EmbeddedNat.of(NatConfigs.withMark(1), 0).at(NOW)) {
            nat.read(session(EntryMessage.created()).mark(2));
            assertEquals(List.of(), nat.told());
            nat.read(session(EntryMessage.created()).mark(1), ended().mark(2));
            assertEquals(2, nat.told().size());
        }
    }
}
