package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table against a HashMap, over long random scripts whose seed is the parameter. */
class FlowTotalsModelTest {
    private static final int OPERATIONS = 150_000;
    private static final int MAX_FLOWS = 30_000;
    private static final List<Long> NOTHING = List.of(0L, 0L, 0L, 0L);

    /** What the table should know of a flow. */
    private static final class Flow {
        final Entry entry;
        long start;
        long slot;
        List<Long> totals = NOTHING;
        long until;
        int lap;
        int flags;
        int mark;

        Flow(Entry entry) {
            this.entry = entry;
            this.start = entry.start();
        }
    }

    private final EntryMessages messages = new EntryMessages();
    private final Map<List<Object>, List<Flow>> flows = new HashMap<>();
    private final List<Flow> all = new ArrayList<>();
    private Random random = new Random();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void behavesAsAMapInMemory(long seed) {
        random = new Random(seed);
        try (FlowTotals totals = FlowTotals.inMemory(MAX_FLOWS)) {
            script(totals);
            compareAll(totals);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void behavesAsAMapInAFileAndAfterOpeningItAgain(long seed, @TempDir Path directory) throws Exception {
        random = new Random(seed);
        Path path = directory.resolve("totals");
        try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), MAX_FLOWS)) {
            script(totals);
            totals.sent(totals.beginSending());
            compareAll(totals);
        }
        try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), MAX_FLOWS)) {
            assertTrue(totals.inDoubt().isEmpty());
            all.forEach(flow -> flow.lap = 0);
            compareAll(totals);
            script(totals);
            compareAll(totals);
        }
    }

    @Test
    void findsEveryFlowAmongHundredsWithOneCtaId() {
        try (FlowTotals totals = FlowTotals.inMemory(1000)) {
            Set<Long> slots = new HashSet<>();
            for (int i = 0; i < 1000; i++) {
                slots.add(totals.insert(messages.of(Entry.udp(42, i)), 0, 0));
            }
            assertEquals(1000, slots.size());
            for (int i = 0; i < 1000; i++) {
                assertTrue(slots.remove(totals.find(messages.of(Entry.udp(42, i)))));
            }
        }
    }

    private void script(FlowTotals totals) {
        for (int operation = 0; operation < OPERATIONS; operation++) {
            // The table fills, then drains, and again.
            boolean filling = operation / (OPERATIONS / 6) % 2 == 0;
            int dice = random.nextInt(100);
            if (dice < (filling ? 50 : 10)) {
                meet(totals, randomEntry());
            } else if (dice < (filling ? 60 : 50)) {
                end(totals);
            } else if (dice < 98) {
                report(totals);
            } else {
                miss(totals);
            }
            if (operation % 10_000 == 0) {
                sweep(totals);
            }
            if (totals.needsSend() || dice == 99) {
                totals.sent(totals.beginSending());
            }
            assertEquals(all.size(), totals.size());
        }
    }

    /** Few ids, so that they collide; few tuples and starts, so that they come again. */
    private Entry randomEntry() {
        int tuple = random.nextInt(40_000);
        Entry entry = Entry.udp(random.nextInt(3), tuple).withMark(random.nextInt(5));
        entry = tuple % 3 == 0 ? entry.withIpv6() : entry;
        entry = tuple % 7 == 0 ? entry.withProtocol(Entry.ICMP, tuple << 16 | 8 << 8) : entry;
        entry = tuple % 11 == 0 ? entry.withZone(1 + tuple % 2, tuple % 3) : entry;
        return entry.withStart(random.nextInt(4)).withCounters(counters());
    }

    private Long[] counters() {
        return new Long[] {random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()};
    }

    private void meet(FlowTotals totals, Entry entry) {
        ConntrackMessage message = messages.of(entry);
        Flow known = find(entry);
        long slot = totals.find(message);
        assertEquals(known == null ? FlowTotals.NONE : known.slot, slot);
        if (known == null) {
            insert(totals, entry, message);
        } else if (known.start == 0 && entry.start() != 0) {
            totals.startNanos(slot, entry.start());
            known.start = entry.start();
        }
    }

    private void insert(FlowTotals totals, Entry entry, ConntrackMessage message) {
        Flow flow = new Flow(entry);
        flow.lap = random.nextInt(1 << 16);
        flow.mark = entry.mark();
        flow.until = random.nextLong();
        boolean baseline = random.nextBoolean();
        flow.slot = baseline
                ? totals.insertBaseline(message, flow.until, flow.lap)
                : totals.insert(message, flow.until, flow.lap);
        if (all.size() == MAX_FLOWS) {
            assertEquals(FlowTotals.NONE, flow.slot);
            return;
        }
        assertNotEquals(FlowTotals.NONE, flow.slot);
        flow.totals = baseline ? entry.counters() : NOTHING;
        namesakes(entry).add(flow);
        all.add(flow);
    }

    private List<Flow> namesakes(Entry entry) {
        return flows.computeIfAbsent(entry.identity(), key -> new ArrayList<>());
    }

    /** The rule of FlowIndex.find, said plainly. */
    private @Nullable Flow find(Entry entry) {
        Flow best = null;
        for (Flow flow : namesakes(entry)) {
            if (flow.start == entry.start()) {
                return flow;
            }
            boolean may = flow.start == 0 || entry.start() == 0;
            if (may && (best == null || flow.start > best.start)) {
                best = flow;
            }
        }
        return best;
    }

    private void end(FlowTotals totals) {
        if (!all.isEmpty()) {
            int at = random.nextInt(all.size());
            Flow flow = all.get(at);
            all.set(at, all.getLast());
            all.removeLast();
            namesakes(flow.entry).remove(flow);
            compare(totals, flow);
            totals.remove(flow.slot);
        }
    }

    private void report(FlowTotals totals) {
        if (!all.isEmpty()) {
            Flow flow = all.get(random.nextInt(all.size()));
            flow.totals = List.of(counters());
            flow.until = random.nextLong();
            flow.lap = random.nextInt(1 << 16);
            flow.flags = random.nextInt(1 << 16);
            flow.mark = random.nextInt();
            totals.report(
                    flow.slot, messages.of(flow.entry.withCounters(flow.totals.toArray(Long[]::new))), flow.until);
            totals.lap(flow.slot, flow.lap);
            totals.flags(flow.slot, flow.flags);
            totals.mark(flow.slot, flow.mark);
        }
    }

    private void miss(FlowTotals totals) {
        assertEquals(FlowTotals.NONE, totals.find(messages.of(Entry.udp(99, random.nextInt()))));
    }

    /** Inserts and removals between the calls leave those that stay to be found, each once. */
    private void sweep(FlowTotals totals) {
        int lap = random.nextInt(1 << 16);
        Set<Flow> expected = new HashSet<>(all);
        expected.removeIf(flow -> (short) (flow.lap - lap) >= 0);
        Set<Long> removed = new HashSet<>();
        Set<Long> found = new HashSet<>();
        long cursor = 0;
        do {
            long hit = totals.nextOlderThan(cursor, lap, 1 + random.nextInt(5000));
            cursor = hit >= 0 ? hit + 1 : ~hit;
            if (hit >= 0) {
                assertTrue(found.add(hit));
            }
            if (!all.isEmpty() && random.nextInt(20) == 0) {
                Flow victim = all.getLast();
                removed.add(victim.slot);
                expected.remove(victim);
                all.removeLast();
                namesakes(victim.entry).remove(victim);
                totals.remove(victim.slot);
            }
            if (totals.needsSend()) {
                totals.sent(totals.beginSending());
            }
        } while (cursor != 0);
        found.removeAll(removed);
        Set<Long> slots = new HashSet<>();
        expected.forEach(flow -> slots.add(flow.slot));
        assertEquals(slots, found);
    }

    private void compareAll(FlowTotals totals) {
        assertEquals(all.size(), totals.size());
        for (Flow flow : all) {
            compare(totals, flow);
        }
    }

    private void compare(FlowTotals totals, Flow flow) {
        long slot = totals.find(messages.of(flow.entry.withStart(flow.start)));
        assertEquals(flow.slot, slot);
        assertEquals(flow.totals, Tables.totals(totals, slot));
        assertEquals(flow.until, totals.reportedUntilNanos(slot));
        assertEquals(flow.start, totals.startNanos(slot));
        assertEquals(flow.lap, totals.lap(slot));
        assertEquals(flow.flags, totals.flags(slot));
        assertEquals(flow.mark, totals.mark(slot));
    }
}
