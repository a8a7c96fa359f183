package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionTest {
    private static final int CONVERSATIONS = 6_000;
    private static final String IPV4 = "198.51.100.2";
    private static final String IPV6 = "2001:db8:1::2";

    // Once: with every buffer traced, writing them takes seconds.
    private static final byte[][] CONVERSATIONS_V4 = conversations(IPV4);
    private static final byte[][] CONVERSATIONS_V6 = conversations(IPV6);

    private static byte[][] conversations(String source) {
        return IntStream.range(0, CONVERSATIONS)
                .mapToObj(number -> conversation(source, number).octets())
                .toArray(byte[][]::new);
    }

    private static final class Stub implements Distribution.Member {
        private final String name;
        private boolean up = true;

        Stub(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean isUp() {
            return up;
        }
    }

    private final List<Stub> members =
            Stream.of("one", "two", "three", "four").map(Stub::new).toList();

    private static EntryMessage conversation(String source, int number) {
        String destination = source.equals(IPV4) ? "203.0.113." + number % 250 : "2001:db8:2::" + number % 250;
        ConntrackTuple tuple = EntryMessage.tuple(source, 1024 + number, destination, 53);
        return EntryMessage.destroy().id(number).tuples(tuple, tuple.reversed()).counters(1, 60, 1, 100);
    }

    private static void with(Consumer<ConntrackFlow> reader, EntryMessage message) {
        with(reader, message.octets());
    }

    private static void with(Consumer<ConntrackFlow> reader, byte[]... messages) {
        int[] flows = new int[1];
        new EmbeddedSource(ConntrackSourceConfig.defaults("flows"), InstantSource.system(), flow -> {
                    flows[0]++;
                    reader.accept(flow);
                })
                .read(messages);
        assertEquals(messages.length, flows[0], "flows read");
    }

    /** The names of who gets each of many conversations. */
    private static List<String> shares(List<Stub> members, String source) {
        Distribution distribution = new Distribution(DistributionMode.HASH, members);
        List<String> chosen = new ArrayList<>();
        with(
                flow -> chosen.add(members.get(distribution.choose(flow)).name),
                source.equals(IPV4) ? CONVERSATIONS_V4 : CONVERSATIONS_V6);
        return chosen;
    }

    private static int choose(Distribution distribution, EntryMessage message) {
        int[] chosen = new int[1];
        with(flow -> chosen[0] = distribution.choose(flow), message);
        return chosen[0];
    }

    private static long hash(EntryMessage message) {
        long[] hash = new long[1];
        with(flow -> hash[0] = TupleHash.of(flow.original(), flow.zone()), message);
        return hash[0];
    }

    @Test
    void mirrorGivesToAllEvenToThoseThatAreDown() {
        members.getFirst().up = false;
        assertEquals(
                Distribution.ALL, choose(new Distribution(DistributionMode.MIRROR, members), conversation(IPV4, 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void hashSharesOutEvenly(String source) {
        List<String> chosen = shares(members, source);
        for (Stub member : members) {
            long share = chosen.stream().filter(member.name::equals).count();
            // 1500 expected; 33 is the standard deviation.
            assertTrue(share > 1300 && share < 1700, member.name + " has " + share);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void oneThatGoesTakesNobodyElsesConversationsAlong(String source) {
        List<String> before = shares(members, source);
        List<String> without = shares(List.of(members.get(0), members.get(1), members.get(3)), source);
        members.get(2).up = false;
        List<String> down = shares(members, source);
        members.get(2).up = true;

        // Whether it is down or not in the list is the same.
        assertEquals(without, down);
        for (int i = 0; i < CONVERSATIONS; i++) {
            if (!before.get(i).equals("three")) {
                assertEquals(before.get(i), down.get(i));
            }
        }
        // Its share spreads over all the others, and comes back.
        for (String other : List.of("one", "two", "four")) {
            long more = IntStream.range(0, CONVERSATIONS)
                    .filter(i -> before.get(i).equals("three") && down.get(i).equals(other))
                    .count();
            assertTrue(more > 350 && more < 650, other + " takes " + more);
        }
        assertEquals(before, shares(members, source));
    }

    @Test
    void theOrderOfTheListIsOfNoImportance() {
        assertEquals(shares(members, IPV4), shares(members.reversed(), IPV4));
    }

    /** What a process decides, the next one must decide too: these numbers are those of every build to come. */
    @Test
    void isTheSameInEveryProcess() {
        assertEquals(
                List.of("one", "two", "four", "four", "two", "four", "one", "one"),
                shares(members, IPV4).subList(0, 8));
        assertEquals(
                List.of("three", "four", "one", "four", "three", "three", "one", "one"),
                shares(members, IPV6).subList(0, 8));
    }

    @Test
    void allReportsOfAConversationGoToOne() {
        Distribution distribution = new Distribution(DistributionMode.HASH, members);
        ConntrackTuple original = EntryMessage.tuple(IPV4, 1, "203.0.113.1", 53);
        // NAT or not, whatever was counted and however it is marked.
        ConntrackTuple translated = EntryMessage.tuple("192.0.2.1", 53, "192.0.2.9", 61000);
        int chosen = choose(
                distribution,
                EntryMessage.destroy().tuples(original, original.reversed()).counters(1, 60, 0, 0));
        assertEquals(
                chosen,
                choose(
                        distribution,
                        EntryMessage.destroy()
                                .tuples(original, translated)
                                .mark(7)
                                .id(9)
                                .counters(5, 600, 5, 900)));
    }

    @Test
    void whateverTellsConversationsApartCounts() {
        List<EntryMessage> conversations = List.of(
                between(IPV4, 1, "203.0.113.1", 53),
                between(IPV4, 2, "203.0.113.1", 53),
                between(IPV4, 1, "203.0.113.1", 54),
                between(IPV4, 1, "203.0.113.2", 53),
                between("198.51.100.3", 1, "203.0.113.1", 53),
                between(IPV4, 1, "203.0.113.1", 53).zone(1),
                between("2001:db8:1::2", 1, "2001:db8:2::1", 53),
                between("2001:db8:2::2", 1, "2001:db8:2::1", 53),
                between("2001:db8:1::2", 1, "2001:db8:1::1", 53));
        assertEquals(
                conversations.size(),
                conversations.stream().map(DistributionTest::hash).distinct().count());
    }

    private static EntryMessage between(String source, int sourcePort, String destination, int destinationPort) {
        ConntrackTuple tuple = EntryMessage.tuple(source, sourcePort, destination, destinationPort);
        return EntryMessage.destroy().tuples(tuple, tuple.reversed()).counters(1, 60, 1, 100);
    }

    @Test
    void failoverGivesToTheFirstThatIsUp() {
        Distribution distribution = new Distribution(DistributionMode.FAILOVER, members);
        assertEquals(0, choose(distribution, conversation(IPV4, 1)));
        members.get(0).up = false;
        assertEquals(1, choose(distribution, conversation(IPV4, 1)));
        members.get(1).up = false;
        assertEquals(2, choose(distribution, conversation(IPV4, 2)));
        members.get(0).up = true;
        assertEquals(0, choose(distribution, conversation(IPV4, 2)));
    }

    @Test
    void whileNobodyIsUpTheOneThatWouldHaveItKeepsIt() {
        List<String> before = shares(members, IPV4);
        members.forEach(member -> member.up = false);

        assertEquals(before, shares(members, IPV4));
        assertEquals(0, choose(new Distribution(DistributionMode.FAILOVER, members), conversation(IPV4, 1)));
    }

    @Test
    void needsSomebody() {
        assertThrows(IllegalArgumentException.class, () -> new Distribution(DistributionMode.HASH, List.of()));
    }

    @ParameterizedTest
    @EnumSource(DistributionMode.class)
    void choosingAllocatesNothing(DistributionMode mode) {
        Distribution distribution = new Distribution(mode, members);
        int[] chosen = new int[1];
        with(
                flow -> assertEquals(0, allocated(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        chosen[0] += distribution.choose(flow);
                    }
                })),
                conversation(IPV6, 1));
    }

    private static long allocated(Runnable task) {
        try {
            return AllocatedBytes.leastOf(50, task);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
