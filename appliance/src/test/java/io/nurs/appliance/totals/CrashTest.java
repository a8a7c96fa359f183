package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process may be killed at any instruction, and the compiler may order the stores between two fences as it likes. So at
 * each fence of a random script the file is taken as it was at the fence before, with some of the words that changed since:
 * none, all, and random choices. Each such file, opened, must show the state that the call under way began with or the one
 * that it was to reach.
 */
class CrashTest {
    private static final int CALLS = 110;
    private static final int CHOICES = 3;

    /** What opening a file should show: totals by CTA_ID, and CTA_ID and packets of the flows in doubt. */
    private record Shown(Map<Integer, List<Long>> flows, TreeSet<String> inDoubt) {}

    private final EntryMessages messages = new EntryMessages();
    /** Of their own: the script's message is in use at a fence. */
    private final EntryMessages checkMessages = new EntryMessages();

    private Random random = new Random();
    private Path path = Path.of("");
    private Path copy = Path.of("");
    private byte[] before = new byte[0];
    private int checked;
    private boolean withIpv6;

    // What the script knows: totals as they are, as they will be if what is packed is undone, and as they were cleared.
    private final Map<Integer, List<Long>> packed = new TreeMap<>();
    private Map<Integer, List<Long>> sending = new TreeMap<>();
    private Map<Integer, List<Long>> cleared = new TreeMap<>();
    private final Map<Integer, Long> slots = new HashMap<>();

    private Shown start = new Shown(Map.of(), new TreeSet<>());
    private Shown goal = start;

    private final class SnapshotOrder extends StoreOrder {
        @Override
        void fence() {
            super.fence();
            try {
                look();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whereverItIsKilledTheFileShowsWhatWasSent(long seed, @TempDir Path directory) throws IOException {
        random = new Random(seed);
        withIpv6 = seed == 2;
        path = directory.resolve("totals");
        copy = directory.resolve("copy");
        FlowTotals.open(path, Tables.identity(), 100).close();
        before = Files.readAllBytes(path);
        try (FlowTotals totals =
                FlowTotals.open(path, Tables.identity(), 100, Clock.systemUTC(), new SnapshotOrder())) {
            for (int call = 0; call < CALLS; call++) {
                call(totals, call);
                look();
                start = goal;
            }
        }
        // Killed again, while what was not sent is being undone.
        FlowTotals.open(path, Tables.identity(), 100, Clock.systemUTC(), new SnapshotOrder())
                .close();
        System.out.println("opened " + checked + " files of processes killed");
    }

    private void call(FlowTotals totals, int call) {
        int dice = random.nextInt(100);
        if (dice < 20 || slots.isEmpty()) {
            insert(totals, call + 1);
        } else if (dice < 55) {
            report(totals, any());
        } else if (dice < 70) {
            remove(totals, any());
        } else if (dice < 90) {
            sending = new TreeMap<>(packed);
            goal = shown();
            totals.beginSending();
        } else {
            cleared = new TreeMap<>(sending);
            goal = shown();
            totals.settleDoubt();
        }
    }

    private int any() {
        List<Integer> ids = new ArrayList<>(slots.keySet());
        return ids.get(random.nextInt(ids.size()));
    }

    /** Holds at once, whatever becomes of the batch. */
    private void insert(FlowTotals totals, int id) {
        boolean baseline = random.nextBoolean();
        List<Long> counters = baseline ? List.of(5L, 50L, 6L, 60L) : List.of(0L, 0L, 0L, 0L);
        packed.put(id, counters);
        sending.put(id, counters);
        cleared.put(id, counters);
        goal = shown();
        Entry entry = entry(id).withCounters(5L, 50L, 6L, 60L);
        slots.put(
                id,
                baseline ? totals.insertBaseline(messages.of(entry), 1, 1) : totals.insert(messages.of(entry), 1, 1));
    }

    private Entry entry(int id) {
        return withIpv6 && id % 4 == 0 ? Entry.udp6(id, id) : Entry.udp(id, id);
    }

    private void report(FlowTotals totals, int id) {
        List<Long> counters = new ArrayList<>();
        for (long counter : packed.getOrDefault(id, List.of())) {
            counters.add(counter + 1 + random.nextInt(1000));
        }
        packed.put(id, counters);
        goal = shown();
        totals.report(slot(id), counters.get(0), counters.get(1), counters.get(2), counters.get(3), 9);
    }

    private void remove(FlowTotals totals, int id) {
        packed.remove(id);
        goal = shown();
        totals.remove(slot(id));
        slots.remove(id);
    }

    private long slot(int id) {
        return slots.getOrDefault(id, FlowTotals.NONE);
    }

    private Shown shown() {
        TreeSet<String> inDoubt = new TreeSet<>();
        cleared.forEach((id, totals) -> {
            List<Long> now = sending.get(id);
            if (now == null) {
                inDoubt.add(id + " ended");
            } else if (!now.equals(totals)) {
                inDoubt.add(id + " " + (now.getFirst() - totals.getFirst()));
            }
        });
        return new Shown(new TreeMap<>(sending), inDoubt);
    }

    private void look() throws IOException {
        byte[] now = Files.readAllBytes(path);
        List<Integer> changed = changedWords(now);
        check(before, now, changed, 0);
        check(before, now, changed, -1);
        for (int choice = 0; choice < CHOICES && changed.size() > 1; choice++) {
            check(before, now, changed, random.nextLong());
        }
        before = now;
    }

    private List<Integer> changedWords(byte[] now) {
        List<Integer> changed = new ArrayList<>();
        if (now.length == before.length) {
            ByteBuffer old = ByteBuffer.wrap(before);
            ByteBuffer young = ByteBuffer.wrap(now);
            for (int from = 0; from < now.length; ) {
                int mismatch = old.position(from).mismatch(young.position(from));
                if (mismatch < 0) {
                    break;
                }
                int word = (from + mismatch) & ~7;
                changed.add(word);
                from = word + 8;
            }
        }
        return changed;
    }

    /** @param choice a bit for each changed word */
    private void check(byte[] from, byte[] to, List<Integer> changed, long choice) throws IOException {
        byte[] image = from.length == to.length ? from.clone() : to.clone();
        for (int i = 0; i < changed.size(); i++) {
            if ((choice >>> i & 1) != 0) {
                System.arraycopy(to, changed.get(i), image, changed.get(i), 8);
            }
        }
        Files.write(copy, image);
        Shown found = open();
        checked++;
        assertTrue(
                found.equals(start) || found.equals(goal),
                () -> "found " + found + "\nneither " + start + "\nnor " + goal);
    }

    private Shown open() throws IOException {
        Shown shown = new Shown(new TreeMap<>(), new TreeSet<>());
        try (FlowTotals totals = FlowTotals.open(copy, Tables.identity(), 100)) {
            assertTrue(
                    totals.opening() instanceof Opening.Resumed,
                    () -> totals.opening().toString());
            for (long at = totals.nextOlderThan(0, 1, 100_000);
                    at >= 0;
                    at = totals.nextOlderThan(at + 1, 1, 100_000)) {
                shown.flows.put(totals.flow(at).id(), Tables.totals(totals, at));
                assertTrue(totals.find(checkMessages.of(entry(totals.flow(at).id()))) == at);
            }
            for (InDoubtFlow flow : totals.inDoubt()) {
                String id = flow.flow().substring(flow.flow().lastIndexOf(' ') + 1);
                shown.inDoubt.add(id + " " + (flow.ended() ? "ended" : flow.originalPackets()));
            }
        }
        return shown;
    }
}
