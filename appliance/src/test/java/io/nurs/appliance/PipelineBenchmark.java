package io.nurs.appliance;

import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.NatView;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time per DESTROY with traffic both ways, from its octets to two records in a datagram; the sockets cost nothing. With DELTA a dump lists each
 * entry before: two messages.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PipelineBenchmark {
    @Param({"END", "DELTA"})
    public Accounting accounting = Accounting.DELTA;

    private DestroyStorm storm = new DestroyStorm(NatView.CLIENT, accounting);

    public PipelineBenchmark() {}

    @Setup
    public void open() {
        storm.close();
        storm = new DestroyStorm(NatView.CLIENT, accounting);
    }

    @Benchmark
    @OperationsPerInvocation(DestroyStorm.MESSAGES)
    public long decodeAndEncode() {
        return storm.run(1);
    }

    @TearDown
    public void close() {
        storm.close();
    }
}
