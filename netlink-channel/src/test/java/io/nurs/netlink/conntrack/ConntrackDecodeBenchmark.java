package io.nurs.netlink.conntrack;

import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one conntrack message costs from the batch to a handler that reads it, without the kernel's share.
 *
 * <pre>./mvnw -q -Pbench test-compile exec:exec -pl netlink-channel -Dbench=ConntrackDecodeBenchmark</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConntrackDecodeBenchmark {
    private final NetlinkStats stats = new NetlinkStats();
    private final ConntrackReader reader = new ConntrackReader();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new ConntrackDecoder(stats), reader);
    private final NetlinkBatch batch = ConntrackBatches.full();

    @Benchmark
    @OperationsPerInvocation(ConntrackBatches.SLOTS)
    public long decode() {
        channel.pipeline().fireChannelRead(batch);
        return reader.sum;
    }
}
