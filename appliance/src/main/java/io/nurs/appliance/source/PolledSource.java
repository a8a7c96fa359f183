package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
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
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that asks the kernel at an interval, and once more at the end. One reading at a time: while a collector takes no more,
 * the answers wait in the kernel's buffer, and readings that are due meanwhile are passed over and counted. What is counted is none the
 * less in the next.
 */
public abstract sealed class PolledSource extends AbstractSource permits NfacctSource, CounterSource, NftablesSource {
    private static final Logger LOG = LoggerFactory.getLogger(PolledSource.class);
    /** The default receive buffer has room for a hundred answers with their acknowledgements. */
    private static final int AT_ONCE = 32;

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    final NetlinkChannel requests;
    final PolledStats stats = new PolledStats();
    private final RateLimit failures = new RateLimit();
    private volatile Duration interval;
    private @Nullable Future<?> tick;
    /** Under way; on the event loop. */
    private @Nullable Promise<Void> reading;

    /** Opens the channel for requests. */
    PolledSource(SourceConfig config, Duration interval, EventLoop loop) throws StartException {
        super(config, 0, loop);
        this.interval = interval;
        this.requests = open(config, "requests", NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER));
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
        eventLoop().register(requests).sync();
        Promise<Void> first = eventLoop().newPromise();
        eventLoop().execute(() -> begin(first));
        // A collector that takes no more holds it up, and is given up before that.
        if (!first.await(START_TIMEOUT.toMillis())) {
            throw new StartException("source " + name() + ": the first reading has not ended within "
                    + START_TIMEOUT.toSeconds() + " s; see which of its collectors takes no more");
        }
        if (!first.isSuccess()) {
            throw new StartException(
                    "source " + name() + ": " + explain(config, first.cause(), subsystem, module), first.cause());
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
        eventLoop().execute(this::reschedule);
    }

    private void reschedule() {
        cancel();
        if (!isStopping()) {
            long millis = interval.toMillis();
            tick = eventLoop().scheduleAtFixedRate(this::read, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void cancel() {
        Future<?> running = tick;
        if (running != null) {
            running.cancel(false);
            tick = null;
        }
    }

    /**
     * Asks for one object after the other, a few at a time; those that are gone by now have counted for nobody.
     *
     * @param done fails with the first other failure
     * @param then when all have been answered
     */
    final <T> void askEach(Queue<T> left, Function<T, NetlinkRequest> question, Promise<Void> done, Runnable then) {
        if (left.isEmpty()) {
            then.run();
            return;
        }
        int count = Math.min(AT_ONCE, left.size());
        int[] open = {count};
        Throwable[] failure = {null};
        for (int i = 0; i < count; i++) {
            requests.write(question.apply(left.remove())).addListener(answered -> {
                if (!answered.isSuccess() && !isGone(answered.cause())) {
                    failure[0] = answered.cause();
                }
                if (--open[0] == 0) {
                    if (failure[0] == null) {
                        askEach(left, question, done, then);
                    } else {
                        done.tryFailure(failure[0]);
                    }
                }
            });
        }
        requests.flush();
    }

    private static boolean isGone(Throwable cause) {
        return cause instanceof Errno errno && errno.number() == Errno.ENOENT;
    }

    /** Asks the kernel, and reports; on the event loop. {@code done} ends with the last answer. */
    abstract void read(long nowMillis, Promise<Void> done);

    private void read() {
        if (reading != null) {
            stats.passedOver++;
        } else if (requests.isActive()) {
            begin(eventLoop().newPromise());
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
            LOG.warn("source {}: a reading failed: {}{}", name(), stats.lastFailure, failures.suppressed());
        }
    }

    @Override
    public final void reportNow() {
        eventLoop().execute(this::read);
    }

    /** With another interval. */
    final void adopt(Duration next) {
        interval = next;
        schedule();
    }

    @Override
    final void reportLast(Promise<Void> done) {
        cancel();
        Promise<Void> underWay = reading;
        if (underWay != null) {
            underWay.addListener(ended -> reportLast(done));
        } else {
            begin(done);
        }
    }

    public final PolledStats stats() {
        return stats;
    }

    /** From one report to the next. */
    public final Duration interval() {
        return interval;
    }
}
