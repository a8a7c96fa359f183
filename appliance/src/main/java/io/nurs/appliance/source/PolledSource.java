package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that asks the kernel at an interval, and once more at the end. One reading at a time: while a collector takes no more,
 * the answers wait in the kernel's buffer, and readings that are due meanwhile are passed over and counted. What is counted is none the
 * less in the next.
 */
public abstract sealed class PolledSource implements Source permits NfacctSource, CounterSource {
    private static final Logger LOG = LoggerFactory.getLogger(PolledSource.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final NetworkNamespace namespace;
    private final EventLoop loop;
    final NetlinkChannel requests;
    final PolledStats stats = new PolledStats();
    private final RateLimit failures = new RateLimit();
    private volatile Duration interval;
    private @Nullable Future<?> tick;
    /** Under way; on the event loop. */
    private @Nullable Promise<Void> reading;

    private @Nullable Promise<Void> last;
    private long deadlineNanos;

    /** Opens the channel for requests. */
    PolledSource(SourceConfig config, Duration interval, EventLoop loop) throws StartException {
        this.name = config.name();
        this.interval = interval;
        this.loop = loop;
        this.namespace = SourceSockets.namespace(config);
        this.requests =
                SourceSockets.open(config, namespace, NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER));
    }

    /**
     * Registers the channel and makes the first reading, whose failure is the answer to whether there can be more.
     *
     * @param subsystem of the kernel, as one says it, and the module that has it
     * @param handlers from the decoder of the subsystem's messages to the sink
     */
    final void begin(SourceConfig config, String subsystem, String module, ChannelHandler... handlers)
            throws StartException, InterruptedException {
        requests.pipeline()
                .addLast(new NetlinkMessageDecoder(requests.stats()), new NetlinkRequestTracker())
                .addLast(handlers)
                .addLast(new Tail());
        loop.register(requests).sync();
        Promise<Void> first = loop.newPromise();
        loop.execute(() -> begin(first));
        // A collector that takes no more holds it up, and is given up before that.
        if (!first.await(START_TIMEOUT.toMillis())) {
            throw new StartException("source " + name + ": the first reading has not ended within "
                    + START_TIMEOUT.toSeconds() + " s; see which of its collectors takes no more");
        }
        if (!first.isSuccess()) {
            throw new StartException(
                    "source " + name + ": " + explain(config, first.cause(), subsystem, module), first.cause());
        }
    }

    /** Without the subsystem a request is refused as invalid. */
    static String explain(SourceConfig config, Throwable cause, String subsystem, String module) {
        return cause instanceof Errno errno && errno.number() == Errno.EINVAL
                ? "the kernel does not speak " + subsystem + " (" + cause.getMessage() + "): modprobe " + module
                : SourceSockets.explain(config, cause);
    }

    /** From now on at the interval. */
    final void schedule() {
        loop.execute(this::reschedule);
    }

    private void reschedule() {
        cancel();
        if (last == null) {
            long millis = interval.toMillis();
            tick = loop.scheduleAtFixedRate(this::read, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void cancel() {
        Future<?> running = tick;
        if (running != null) {
            running.cancel(false);
            tick = null;
        }
    }

    /** Asks the kernel, and reports; on the event loop. {@code done} ends with the last answer. */
    abstract void read(long nowMillis, Promise<Void> done);

    private void read() {
        if (reading != null) {
            stats.passedOver++;
        } else if (requests.isActive()) {
            begin(loop.newPromise());
        }
    }

    private void begin(Promise<Void> begun) {
        reading = begun;
        begun.addListener(done -> ended(begun));
        read(System.currentTimeMillis(), begun);
    }

    private void ended(Promise<Void> ended) {
        reading = null;
        if (ended.isSuccess()) {
            stats.readings++;
            stats.lastFailure = "";
            return;
        }
        Throwable cause = ended.cause();
        stats.failed++;
        stats.lastFailure = String.valueOf(cause.getMessage());
        if (failures.permits()) {
            LOG.warn("source {}: a reading failed: {}{}", name, stats.lastFailure, failures.suppressed());
        }
    }

    @Override
    public final void reportNow() {
        loop.execute(this::read);
    }

    /** With another interval. */
    final void adopt(Duration next) {
        interval = next;
        schedule();
    }

    @Override
    public final Future<Void> beginStop() {
        Promise<Void> begun = last;
        if (begun == null) {
            deadlineNanos = System.nanoTime() + STOP_TIMEOUT.toNanos();
            Promise<Void> promise = loop.newPromise();
            last = begun = promise;
            loop.execute(() -> readLast(promise));
        }
        return begun;
    }

    private void readLast(Promise<Void> promise) {
        cancel();
        Promise<Void> underWay = reading;
        if (underWay != null) {
            underWay.addListener(done -> readLast(promise));
        } else {
            begin(promise);
        }
    }

    @Override
    public final void stop() throws InterruptedException {
        Future<Void> ending = beginStop();
        if (!ending.await(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            LOG.warn(
                    "source {}: the last report took longer than {} s; what it had not come to is not reported",
                    name,
                    STOP_TIMEOUT.toSeconds());
        }
        discard();
    }

    /** Closes all sockets. */
    final void discard() throws InterruptedException {
        for (NetlinkChannel channel : channels().values()) {
            SourceSockets.discard(channel);
            channel.closeFuture().sync();
        }
    }

    @Override
    public final void close() {
        // stop() has closed all there is.
    }

    public final PolledStats stats() {
        return stats;
    }

    /** From one report to the next. */
    public final Duration interval() {
        return interval;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String sourceName() {
        return name;
    }

    @Override
    public final int reader() {
        return 0;
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
    public Map<String, NetlinkChannel> channels() {
        return Map.of("requests", requests);
    }

    /** The end of a pipeline: control messages have been heard, and exceptions are the log's. */
    final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {}

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (failures.permits()) {
                LOG.error("source {}: {}{}", name, cause.toString(), failures.suppressed(), cause);
            }
        }
    }
}
