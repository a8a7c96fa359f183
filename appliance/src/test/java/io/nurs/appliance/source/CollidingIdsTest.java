package io.nurs.appliance.source;

import static io.nurs.appliance.source.FlowEndReason.ACTIVE_TIMEOUT;
import static io.nurs.appliance.source.FlowEndReason.IDLE_TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * CTA_ID has 32 bits: of some 65,000 flows, two may well share one. And the kernel gives an entry's memory to the next, so that
 * a tuple used again often has its CTA_ID again. Each is a flow with totals of its own all the same.
 */
class CollidingIdsTest {
    private static final int ID = 4711;
    private static final long BEGIN = 1_000_000;
    /** More than the half of {@code active-timeout} after which a flow is due. */
    private static final long LAP = 60_000;

    private static final ConntrackTuple WEB = EntryMessage.tuple("198.51.100.2", 40_000, "203.0.113.2", 443);
    private static final ConntrackTuple NAMES = EntryMessage.tuple("198.51.100.3", 50_000, "203.0.113.3", 53);
    private static final ConntrackTuple NAMES6 = EntryMessage.tuple("2001:db8:1::2", 50_000, "2001:db8:2::2", 53);

    private final List<Report> reports = new ArrayList<>();
    private final EmbeddedDelta delta =
            new EmbeddedDelta(ConntrackSourceConfig.defaults("flows"), BEGIN, flow -> reports.add(Report.of(flow)));

    /** @param port the originator's, by which a test knows the tuple */
    private record Report(
            int port, long startMillis, int reason, long packets, long bytes, long packetsBack, long bytesBack) {
        static Report of(ConntrackFlow flow) {
            return new Report(
                    flow.original().sourcePort(),
                    flow.startNanos() / 1_000_000,
                    flow.endReason(),
                    flow.originalPackets(),
                    flow.originalBytes(),
                    flow.replyPackets(),
                    flow.replyBytes());
        }
    }

    @AfterEach
    void close() {
        delta.close();
    }

    private static EntryMessage live(ConntrackTuple tuple, long startMillis) {
        return EntryMessage.dumped().id(ID).tuples(tuple, tuple.reversed()).startMillis(startMillis);
    }

    private static EntryMessage ended(ConntrackTuple tuple, long startMillis, long stopMillis) {
        return EntryMessage.destroy()
                .id(ID)
                .tuples(tuple, tuple.reversed())
                .startMillis(startMillis)
                .stopMillis(stopMillis);
    }

    /** Of one tuple, in order. */
    private List<Report> of(ConntrackTuple tuple) {
        return reports.stream()
                .filter(report -> report.port == tuple.sourcePort())
                .toList();
    }

    @Test
    void twoTuplesOfOneIdHaveTotalsOfTheirOwn() {
        tellOfTwo(NAMES);
    }

    @Test
    void twoFamiliesOfOneIdHaveTotalsOfTheirOwn() {
        tellOfTwo(NAMES6);
    }

    /** Made in the same nanosecond as well: nothing but the tuple tells them apart. */
    private void tellOfTwo(ConntrackTuple other) {
        long born = BEGIN + 1;
        long reported = BEGIN + LAP;
        delta.lap(
                reported,
                live(WEB, born).counters(10, 1_000, 20, 20_000),
                live(other, born).counters(3, 300, 4, 500));
        delta.tell(
                reported + 1_000,
                ended(other, born, reported + 500).counters(5, 520, 6, 770),
                ended(WEB, born, reported + 500).counters(11, 1_040, 22, 20_900));
        assertEquals(
                List.of(
                        new Report(WEB.sourcePort(), born, ACTIVE_TIMEOUT, 10, 1_000, 20, 20_000),
                        new Report(WEB.sourcePort(), reported, IDLE_TIMEOUT, 1, 40, 2, 900)),
                of(WEB));
        assertEquals(
                List.of(
                        new Report(other.sourcePort(), born, ACTIVE_TIMEOUT, 3, 300, 4, 500),
                        new Report(other.sourcePort(), reported, IDLE_TIMEOUT, 2, 220, 2, 270)),
                of(other));
        assertEquals(2, delta.stats().ended());
        assertEquals(0, delta.stats().repeated());
        assertEquals(0, delta.stats().zeroed());
        assertEquals(0, delta.flows());
    }

    @Test
    void aTupleUsedAgainIsAFlowOfItsOwn() {
        long first = BEGIN + 1;
        delta.lap(BEGIN + LAP, live(WEB, first).counters(10, 1_000, 20, 20_000));
        long stop = BEGIN + LAP + 10;
        delta.tell(stop, ended(WEB, first, stop).counters(11, 1_040, 22, 20_900));
        // Less than the first had, and then more.
        long second = stop + 1;
        delta.lap(BEGIN + 2 * LAP, live(WEB, second).counters(2, 80, 1, 40));
        long end = BEGIN + 2 * LAP + 10;
        delta.tell(
                end,
                // Told again, because somebody else missed it: that is not the second's end.
                ended(WEB, first, stop).counters(11, 1_040, 22, 20_900),
                ended(WEB, second, end).counters(100, 5_000, 50, 60_000));
        assertTwice(first, second);
        assertEquals(1, delta.stats().repeated());
    }

    /** The end of the first is told when the second has been met: it came late, as an end that is repeated does. */
    @Test
    void aTupleUsedAgainBeforeItsFirstEndIsToldIsAFlowOfItsOwn() {
        long first = BEGIN + 1;
        delta.lap(BEGIN + LAP, live(WEB, first).counters(10, 1_000, 20, 20_000));
        long stop = BEGIN + LAP + 10;
        long second = stop + 1;
        delta.lap(BEGIN + 2 * LAP, live(WEB, second).counters(2, 80, 1, 40));
        assertEquals(2, delta.flows());
        long end = BEGIN + 2 * LAP + 10;
        delta.tell(
                end,
                ended(WEB, second, end).counters(100, 5_000, 50, 60_000),
                ended(WEB, first, stop).counters(11, 1_040, 22, 20_900));
        assertTwice(first, second);
        assertEquals(0, delta.stats().repeated());
    }

    /** Two records each, of which each has its own totals. */
    private void assertTwice(long first, long second) {
        List<Report> firsts = List.of(
                new Report(WEB.sourcePort(), first, ACTIVE_TIMEOUT, 10, 1_000, 20, 20_000),
                new Report(WEB.sourcePort(), BEGIN + LAP, IDLE_TIMEOUT, 1, 40, 2, 900));
        List<Report> seconds = List.of(
                new Report(WEB.sourcePort(), second, ACTIVE_TIMEOUT, 2, 80, 1, 40),
                new Report(WEB.sourcePort(), BEGIN + 2 * LAP, IDLE_TIMEOUT, 98, 4_920, 49, 59_960));
        assertEquals(firsts, reports.stream().filter(firsts::contains).toList());
        assertEquals(seconds, reports.stream().filter(seconds::contains).toList());
        assertEquals(4, reports.size(), reports::toString);
        assertEquals(2, delta.stats().ended());
        assertEquals(0, delta.stats().zeroed());
        assertEquals(0, delta.flows());
    }
}
