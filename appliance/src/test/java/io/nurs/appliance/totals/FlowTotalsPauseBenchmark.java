package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From nothing to a million flows, inserted as fast as can be: the longest single insert is the longest pause of growth. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class FlowTotalsPauseBenchmark {
    @Param({"memory", "file"})
    public String kind = "";

    private final EntryMessages messages = new EntryMessages();
    private FlowTotals totals = FlowTotals.inMemory(1);
    private Path directory = Path.of("");
    private long longestNanos;

    @Setup(Level.Invocation)
    public void make() throws IOException {
        totals.close();
        directory = Files.createTempDirectory("totals");
        totals = kind.equals("memory")
                ? FlowTotals.inMemory(FlowTotalsBenchmark.FLOWS)
                : FlowTotals.open(directory.resolve("totals"), Tables.identity(), FlowTotalsBenchmark.FLOWS);
        longestNanos = 0;
    }

    @TearDown(Level.Invocation)
    public void tell() throws IOException {
        System.out.printf("longest insert %.3f ms; ", longestNanos / 1e6);
        for (String name : new String[] {"totals", "totals.lock"}) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }

    @Benchmark
    public void growToAMillion() {
        ConntrackMessage message = messages.of(Entry.udp(0x01020304, 1));
        long id = messages.offsetOf(0x01020304);
        long before = System.nanoTime();
        for (int flow = 0; flow < FlowTotalsBenchmark.FLOWS; flow++) {
            messages.set(id, flow);
            totals.insert(message, 1, 1);
            long now = System.nanoTime();
            longestNanos = Math.max(longestNanos, now - before);
            before = now;
        }
    }

    /** What a restart waits for. */
    @Benchmark
    public long openAMillion() throws IOException {
        if (kind.equals("memory")) {
            return 0;
        }
        growToAMillion();
        totals.close();
        long before = System.nanoTime();
        totals = FlowTotals.open(directory.resolve("totals"), Tables.identity(), FlowTotalsBenchmark.FLOWS);
        System.out.printf("opened in %.3f ms; ", (System.nanoTime() - before) / 1e6);
        return totals.size();
    }
}
