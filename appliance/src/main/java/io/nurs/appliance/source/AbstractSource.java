package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all sources but that of flows have in common: where they read, their sockets, and how they come to their end. */
public abstract sealed class AbstractSource implements Source permits ConntrackEventSource, PolledSource, PacketSource {
    private static final Logger LOG = LoggerFactory.getLogger(AbstractSource.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final String sourceName;
    private final Share share;
    private final NetworkNamespace namespace;
    private final EventLoop loop;
    private final RateLimit failures = new RateLimit();
    private volatile Map<String, NetlinkChannel> channels = Map.of();
    private @Nullable Promise<Void> last;
    private long deadlineNanos;

    /** @param number which of the source's readers, from 0 */
    AbstractSource(SourceConfig config, int number, EventLoop loop) throws StartException {
        this.sourceName = config.name();
        this.share = new Share(number, config.readers());
        this.loop = loop;
        this.namespace = SourceSockets.namespace(config);
    }

    /** Opens a channel, which {@link #discard} closes, registered or not. */
    final NetlinkChannel open(SourceConfig config, String brings, NetlinkOptions options) throws StartException {
        NetlinkChannel opened = SourceSockets.open(config, namespace, options);
        Map<String, NetlinkChannel> all = new LinkedHashMap<>(channels);
        all.put(brings, opened);
        channels = Collections.unmodifiableMap(all);
        return opened;
    }

    /** Ends {@code done} when all that there is has been reported, and nothing is read any more; on the event loop, once. */
    abstract void reportLast(Promise<Void> done);

    @Override
    public final Future<Void> beginStop() {
        Promise<Void> begun = last;
        if (begun == null) {
            deadlineNanos = System.nanoTime() + STOP_TIMEOUT.toNanos();
            Promise<Void> promise = loop.newPromise();
            last = begun = promise;
            loop.execute(() -> reportLast(promise));
        }
        return begun;
    }

    /** Whether {@link #beginStop} has been called. */
    final boolean isStopping() {
        return last != null;
    }

    @Override
    public final void stop() throws InterruptedException {
        Future<Void> ending = beginStop();
        if (!ending.await(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            LOG.warn(
                    "source {}: the last report took longer than {} s; what it had not come to is not reported",
                    name(),
                    STOP_TIMEOUT.toSeconds());
        }
        ended();
        discard();
    }

    /** The last report is made, or was given up; the sockets are still open. Not on the event loop. */
    void ended() throws InterruptedException {}

    /** Closes all sockets. */
    final void discard() throws InterruptedException {
        for (NetlinkChannel channel : channels.values()) {
            SourceSockets.discard(channel);
            channel.closeFuture().sync();
        }
    }

    @Override
    public void close() throws InterruptedException {
        // stop() has closed all there is.
    }

    @Override
    public final String name() {
        return share.name(sourceName);
    }

    @Override
    public final String sourceName() {
        return sourceName;
    }

    @Override
    public final int reader() {
        return share.reader();
    }

    @Override
    public final NetworkNamespace namespace() {
        return namespace;
    }

    @Override
    public final EventLoop eventLoop() {
        return loop;
    }

    @Override
    public final Map<String, NetlinkChannel> channels() {
        return channels;
    }

    /** The end of a pipeline: control messages have been heard, and exceptions are the log's. */
    final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {}

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (failures.permits()) {
                LOG.error("source {}: {}{}", name(), cause.toString(), failures.suppressed(), cause);
            }
        }
    }
}
