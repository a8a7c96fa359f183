package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowTotalsTest {
    private final EntryMessages messages = new EntryMessages();
    private final FlowTotals totals = FlowTotals.inMemory(1000);

    @AfterEach
    void close() {
        totals.close();
    }

    @Test
    void takes96OctetsAFlowOfIpv4And144OfIpv6IndexIncluded() {
        int flows = SlotChunks.CHUNK_SLOTS;
        try (FlowTotals ipv4 = FlowTotals.inMemory(flows);
                FlowTotals ipv6 = FlowTotals.inMemory(flows)) {
            for (int i = 0; i < flows; i++) {
                ipv4.insert(messages.of(Entry.udp(i, i)), 0, 0);
                ipv6.insert(messages.of(Entry.udp6(i, i)), 0, 0);
            }
            assertEquals(flows, ipv4.size());
            assertEquals(96, ipv4.capacityBytes() / flows);
            assertEquals(144, ipv6.capacityBytes() / flows);
        }
    }

    @Test
    void isFullAtMaxFlowsUntilOneIsRemoved() {
        for (int i = 0; i < 1000; i++) {
            assertNotEquals(FlowTotals.NONE, totals.insert(messages.of(Entry.udp(i, i)), 0, 0));
        }
        assertEquals(FlowTotals.NONE, totals.insert(messages.of(Entry.udp(5000, 1)), 0, 0));
        totals.remove(totals.find(messages.of(Entry.udp(3, 3))));
        assertNotEquals(FlowTotals.NONE, totals.insert(messages.of(Entry.udp6(5000, 1)), 0, 0));
    }

    @Test
    void tellsApartFlowsThatDifferInOneThingOnly() {
        Entry flow = Entry.udp(1, 1).withStart(9);
        Entry[] others = {
            flow.withId(2),
            flow.withStart(10),
            flow.withZone(3, SlotLayout.ZONE_BOTH),
            flow.withZone(3, SlotLayout.ZONE_ORIGINAL),
            flow.withZone(3, SlotLayout.ZONE_REPLY),
            flow.withProtocol(Entry.TCP, flow.key()),
            flow.withProtocol(Entry.UDP, flow.key() + 1),
            flow.withProtocol(Entry.GRE, flow.key()),
            flow.withProtocol(Entry.GRE, flow.key() + 1),
            flow.withIpv6(),
            Entry.udp(1, 2).withStart(9)
        };
        long first = totals.insert(messages.of(flow), 0, 0);
        for (Entry other : others) {
            assertEquals(FlowTotals.NONE, totals.find(messages.of(other)), other::toString);
            assertNotEquals(first, totals.insert(messages.of(other), 0, 0));
        }
        assertEquals(first, totals.find(messages.of(flow)));
    }

    @Test
    void takesAStartThatOneSideDoesNotKnowForTheSame() {
        long slot = totals.insert(messages.of(Entry.udp(1, 1)), 0, 0);
        assertEquals(slot, totals.find(messages.of(Entry.udp(1, 1).withStart(5))));
        totals.startNanos(slot, 5);
        assertEquals(slot, totals.find(messages.of(Entry.udp(1, 1).withStart(5))));
        assertEquals(slot, totals.find(messages.of(Entry.udp(1, 1))));
        assertEquals(FlowTotals.NONE, totals.find(messages.of(Entry.udp(1, 1).withStart(6))));
    }

    @Test
    void takesTheYoungestIfTheMessageKnowsNoStart() {
        totals.insert(messages.of(Entry.udp(1, 1).withStart(5)), 0, 0);
        long young = totals.insert(messages.of(Entry.udp(1, 1).withStart(7)), 0, 0);
        totals.insert(messages.of(Entry.udp(1, 1).withStart(6)), 0, 0);
        assertEquals(young, totals.find(messages.of(Entry.udp(1, 1))));
    }

    @Test
    void showsAStoredFlowAsTheMessageShowedIt() {
        Entry udp = Entry.udp(-7, 0x0a000001).withMark(0x80000001).withStart(123);
        Entry[] entries = {
            udp,
            udp.withIpv6().withZone(5, SlotLayout.ZONE_BOTH),
            udp.withZone(65535, SlotLayout.ZONE_ORIGINAL),
            udp.withZone(6, SlotLayout.ZONE_REPLY),
            udp.withProtocol(Entry.ICMP, 0xfffe0800),
            udp.withProtocol(Entry.GRE, 0x12345678),
            udp.withProtocol(Entry.TCP, 0xffff0001).withIpv6()
        };
        for (Entry entry : entries) {
            ConntrackMessage message = messages.of(entry);
            StoredFlow flow = totals.flow(totals.insert(message, 77, 0));
            assertEquals(message.id(), flow.id());
            assertEquals(message.zone(), flow.zone());
            assertEquals(message.mark(), flow.mark());
            assertEquals(message.startNanos(), flow.startNanos());
            assertEquals(77, flow.reportedUntilNanos());
            assertSame(message.original(), flow.original());
            assertSame(message.reply(), flow.reply());
        }
    }

    private static void assertSame(TupleView expected, TupleView stored) {
        assertEquals(expected.isIpv6(), stored.isIpv6());
        assertEquals(expected.protocol(), stored.protocol());
        assertEquals(expected.protocolKey(), stored.protocolKey());
        assertEquals(expected.hasPorts(), stored.hasPorts());
        assertEquals(expected.sourcePort(), stored.sourcePort());
        assertEquals(expected.destinationPort(), stored.destinationPort());
        assertEquals(expected.icmpId(), stored.icmpId());
        assertEquals(expected.icmpType(), stored.icmpType());
        assertEquals(expected.icmpCode(), stored.icmpCode());
        assertEquals(expected.zone(), stored.zone());
        byte[] wanted = new byte[32];
        expected.copySource(MemorySegment.ofArray(wanted), 0);
        expected.copyDestination(MemorySegment.ofArray(wanted), 16);
        byte[] found = new byte[32];
        stored.copySource(MemorySegment.ofArray(found), 0);
        stored.copyDestination(MemorySegment.ofArray(found), 16);
        assertArrayEquals(wanted, found);
        assertEquals(
                List.of(
                        expected.sourceHigh(),
                        expected.sourceLow(),
                        expected.destinationHigh(),
                        expected.destinationLow()),
                List.of(stored.sourceHigh(), stored.sourceLow(), stored.destinationHigh(), stored.destinationLow()));
    }

    @Test
    void describesAFlowInOneLine() {
        totals.insert(messages.of(Entry.udp(42, 0x0a000001)), 0, 0);
        assertEquals(
                "protocol 17 10.0.0.1:1000 -> 0.0.0.7:53, reply 255.255.255.248:53 -> 10.0.0.1:1000, id 42",
                totals.flow(0).toString());
    }

    @Test
    void refusesASlotThatHoldsNoFlow() {
        long slot = totals.insert(messages.of(Entry.udp(1, 1)), 0, 0);
        totals.remove(slot);
        assertThrows(IllegalStateException.class, () -> totals.remove(slot));
        assertThrows(IllegalStateException.class, () -> totals.report(slot, 1, 1, 1, 1, 1));
    }

    @Test
    void knowsAnOldLapAcrossTheWrap() {
        totals.insert(messages.of(Entry.udp(1, 1)), 0, 65_535);
        totals.insert(messages.of(Entry.udp(2, 2)), 0, 65_536);
        assertEquals(0, totals.nextOlderThan(0, 65_536, 100));
        assertEquals(~100, totals.nextOlderThan(1, 65_536, 99));
        assertEquals(~0, totals.nextOlderThan(100, 65_536, 1_000_000));
    }

    @Test
    void copiesAFlowToAnotherTable() {
        long slot = totals.insert(messages.of(Entry.udp6(1, 1).withStart(3)), 4, 0);
        totals.report(slot, 1, 2, 3, 4, 5);
        try (FlowTotals other = FlowTotals.inMemory(10)) {
            other.insertCopy(totals, slot);
            long copy = other.find(messages.of(Entry.udp6(1, 1).withStart(3)));
            assertEquals(List.of(1L, 2L, 3L, 4L), Tables.totals(other, copy));
            assertEquals(5, other.reportedUntilNanos(copy));
            assertEquals(totals.flow(slot).toString(), other.flow(copy).toString());
        }
    }

    @Test
    void allocatesNothingInMemory() throws ReflectiveOperationException {
        try (FlowTotals table = FlowTotals.inMemory(20_000)) {
            assertAllocatesNothing(table);
        }
    }

    @Test
    void allocatesNothingInAFile(@TempDir Path directory) throws Exception {
        try (FlowTotals table = FlowTotals.open(directory.resolve("t"), Tables.identity(), 20_000)) {
            assertAllocatesNothing(table);
        }
    }

    private void assertAllocatesNothing(FlowTotals table) throws ReflectiveOperationException {
        try (RecentlyEnded ended = new RecentlyEnded(1000)) {
            ConntrackMessage message = messages.of(Entry.udp(0x01020304, 0x05060708));
            long id = messages.offsetOf(0x01020304);
            int lives = 300_000;
            live(table, ended, message, id, 0, lives);
            allocatedBytes();
            long before = allocatedBytes();
            live(table, ended, message, id, lives, 2 * lives);
            long allocated = allocatedBytes() - before;
            assertTrue(allocated < lives / 10, () -> allocated + " bytes in " + lives + " flows");
        }
    }

    /** Flows come, are reported and go, ten thousand at a time. */
    private void live(FlowTotals table, RecentlyEnded ended, ConntrackMessage message, long id, int from, int to) {
        for (int flow = from; flow < to; flow++) {
            messages.set(id, flow);
            long slot = table.insert(message, 1, 1);
            if (slot != table.find(message)) {
                throw new AssertionError("not found");
            }
            table.report(slot, message, 2);
            table.lap(slot, 2);
            messages.set(id, flow - 10_000);
            long old = table.find(message);
            if (old != FlowTotals.NONE) {
                table.report(old, message, 3);
                table.remove(old);
                ended.addIfNew(message);
            }
            if (table.needsSend()) {
                table.sent(table.beginSending());
            }
        }
        for (long slot = ~table.nextOlderThan(0, 0, 100); slot != 0; slot = ~table.nextOlderThan(slot, 0, 100)) {
            table.flow(slot);
        }
    }

    /** Of this thread. By reflection, because this module has no business with java.management. */
    private static long allocatedBytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Method allocated = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        return (long) allocated.invoke(threads);
    }
}
