package io.nurs.ipfix;

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
public class IpfixEncodeBenchmark {
    private final EncoderOptions options = new EncoderOptions(1, 1400, 20, Duration.ofMinutes(1));
    private final ReleasingSocket socket = new ReleasingSocket();
    private final EmbeddedChannel channel = new EmbeddedChannel(socket, new IpfixEncoder(options, ExportClock.SYSTEM));
    private final FlowRecord<TestFlow> biflow = FlowRecord.of(TestFlow.BIFLOW, TestFlow.WEB);
    private final FlowRecord<TestFlow> protocol = FlowRecord.of(TestFlow.PROTOCOL, TestFlow.WEB);
    private final FlowRecord<TestFlow.Interface> name =
            FlowRecord.of(TestFlow.Interface.TEMPLATE, new TestFlow.Interface(2, "eth0"));
    private int turn;

    public IpfixEncodeBenchmark() {}

    @Setup
    public void announce() {
        channel.write(biflow, channel.voidPromise());
        channel.write(protocol, channel.voidPromise());
        channel.write(name, channel.voidPromise());
    }

    @Benchmark
    public long oneTemplate() {
        channel.write(biflow, channel.voidPromise());
        return socket.bytes;
    }

    /** Every record of another template than the one before: each opens a set. */
    @Benchmark
    public long alternatingTemplates() {
        channel.write((turn++ & 1) == 0 ? biflow : protocol, channel.voidPromise());
        return socket.bytes;
    }

    /** An index and a string of four characters. */
    @Benchmark
    public long variableLength() {
        channel.write(name, channel.voidPromise());
        return socket.bytes;
    }

    @TearDown
    public void close() {
        channel.finishAndReleaseAll();
    }
}
