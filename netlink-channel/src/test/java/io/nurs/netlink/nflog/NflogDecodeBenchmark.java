package io.nurs.netlink.nflog;

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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What eight NFLOG packets cost from the batch to a handler that reads them and their headers, without the kernel's share.
 *
 * <pre>./mvnw -q -Pbench test-compile exec:exec -pl netlink-channel -Dbench=NflogDecodeBenchmark</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NflogDecodeBenchmark {
    private final NetlinkStats stats = new NetlinkStats();
    private final NflogReader reader = new NflogReader();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new NflogDecoder(stats), reader);
    private final NetlinkBatch batch = NflogCaptures.batch();

    @Benchmark
    public long decodeEight() {
        channel.pipeline().fireChannelRead(batch);
        return reader.sum;
    }
}
