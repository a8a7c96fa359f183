package io.nurs.netflow9;

import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowRecord;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time per record, its share of datagram headers and template repetitions included; the socket costs nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("FutureReturnValueIgnored")
public class Netflow9EncodeBenchmark {
    private final EncoderOptions options = new EncoderOptions(1, 1400, 20, Duration.ofMinutes(1));
    private final ReleasingSocket socket = new ReleasingSocket();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(socket, new Netflow9Encoder(options, ExportClock.SYSTEM, TestFlow.UPTIME));
    private final FlowRecord<TestFlow> record = FlowRecord.of(TestFlow.IPV4, TestFlow.REQUEST);
    private int turn;

    public Netflow9EncodeBenchmark() {}

    @Setup
    public void announce() {
        channel.write(record.set(TestFlow.IPV6, TestFlow.DNS), channel.voidPromise());
    }

    @Benchmark
    public long oneTemplate() {
        channel.write(record.set(TestFlow.IPV4, TestFlow.REQUEST), channel.voidPromise());
        return socket.bytes;
    }

    /** Every record of another template than the one before: each opens a FlowSet. */
    @Benchmark
    public long alternatingTemplates() {
        boolean ipv4 = (turn++ & 1) == 0;
        record.set(ipv4 ? TestFlow.IPV4 : TestFlow.IPV6, ipv4 ? TestFlow.REQUEST : TestFlow.DNS);
        channel.write(record, channel.voidPromise());
        return socket.bytes;
    }

    @TearDown
    public void close() {
        channel.finishAndReleaseAll();
    }
}
