package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One operation on a table of a million flows, its key read from a message; flows in random order, so that each costs the
 * cache misses that it costs in life.
 *
 * <pre>./mvnw -q -Pbench test-compile exec:exec -pl appliance -am -Dbench=FlowTotals</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FlowTotalsBenchmark {
    static final int FLOWS = 1_000_000;
    /** Odd: goes through all numbers below 2^20 in an order that no prefetcher knows. */
    private static final int STRIDE = 0x9e375;

    @Param({"memory", "file"})
    public String kind = "";

    @Param({"false", "true"})
    public boolean ipv6;

    private final EntryMessages messages = new EntryMessages();
    private FlowTotals totals = FlowTotals.inMemory(1);
    private ConntrackMessage message = messages.of(Entry.udp(1, 1));
    private long id;
    private int next;
    private Path directory = Path.of("");

    @Setup
    public void fill() throws IOException {
        totals.close();
        directory = Files.createTempDirectory("totals");
        totals = kind.equals("memory")
                ? FlowTotals.inMemory(FLOWS + 1)
                : FlowTotals.open(directory.resolve("totals"), Tables.identity(), FLOWS + 1);
        Entry entry = Entry.udp(0x01020304, 1).withStart(9).withCounters(1L, 2L, 3L, 4L);
        message = messages.of(ipv6 ? entry.withIpv6() : entry);
        id = messages.offsetOf(0x01020304);
        for (int flow = 0; flow < FLOWS; flow++) {
            messages.set(id, flow);
            totals.insert(message, 1, 1);
        }
    }

    @TearDown
    public void delete() throws IOException {
        totals.close();
        for (String name : new String[] {"totals", "totals.lock"}) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }

    private ConntrackMessage present() {
        do {
            next = (next + STRIDE) & ((1 << 20) - 1);
        } while (next >= FLOWS);
        messages.set(id, next);
        return message;
    }

    private ConntrackMessage absent() {
        next += STRIDE;
        messages.set(id, FLOWS + next);
        return message;
    }

    /** Always the same flow: what reading and comparing the key costs without a cache miss. */
    @Benchmark
    public long findCached() {
        return totals.find(message);
    }

    @Benchmark
    public long findHit() {
        return totals.find(present());
    }

    @Benchmark
    public long findMiss() {
        return totals.find(absent());
    }

    /** What a walk does for each entry that has traffic, a batch of 24 records at a time. */
    @Benchmark
    public long findAndReport() {
        long slot = totals.find(present());
        totals.report(slot, message, 5);
        totals.lap(slot, 7);
        sendAtTimes();
        return slot;
    }

    /** A flow's whole life in the table. */
    @Benchmark
    public long insertAndRemove() {
        long slot = totals.insert(absent(), 1, 1);
        totals.report(slot, message, 5);
        totals.remove(slot);
        sendAtTimes();
        return slot;
    }

    private int packed;

    private void sendAtTimes() {
        if (++packed == 24) {
            packed = 0;
            totals.sent(totals.beginSending());
        }
    }

    /** Looking for lost ends: this many slots. */
    @Benchmark
    public long sweep1024() {
        next = (next + 1024) % (FLOWS - 1024);
        return totals.nextOlderThan(next, 0, 1024);
    }
}
