package io.nurs.appliance.source;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The get-and-zero dumps of {@code accounting: reset}: each lists the live entries, and what it lists counts from zero again. */
final class ResetDumps implements Reports {
    private static final Logger LOG = LoggerFactory.getLogger(ResetDumps.class);

    private final ConntrackSourceConfig config;
    private final NetlinkChannel channel;
    private final ConntrackAccounting accounting;
    private final ConntrackStats stats;
    private final FlowSink sink;
    private final RateLimit limit = new RateLimit();
    private @Nullable ChannelFuture underWay;
    private @Nullable Future<?> tick;

    ResetDumps(
            ConntrackSourceConfig config,
            NetlinkChannel channel,
            ConntrackAccounting accounting,
            ConntrackStats stats,
            FlowSink sink) {
        this.config = config;
        this.channel = channel;
        this.accounting = accounting;
        this.stats = stats;
        this.sink = sink;
    }

    @Override
    public ChannelHandler handler() {
        return accounting;
    }

    /** Throws away what was counted before our time. */
    @Override
    public void begin() throws StartException, InterruptedException {
        channel.eventLoop().execute(accounting::beginBaseline);
        ChannelFuture done = channel.writeAndFlush(request()).await();
        if (!done.isSuccess()) {
            throw new StartException(
                    "source " + config.name() + ": cannot set the counters to zero: "
                            + done.cause().getMessage(),
                    done.cause());
        }
        channel.eventLoop().execute(this::ended);
    }

    @Override
    public void schedule() {
        long period = config.activeTimeout().toMillis();
        tick = channel.eventLoop().scheduleAtFixedRate(this::report, period, period, TimeUnit.MILLISECONDS);
    }

    /** Reports all live entries. A dump slower than its period: the next tick does it. */
    private void report() {
        if (underWay == null) {
            dump(FlowEndReason.ACTIVE_TIMEOUT);
        }
    }

    @Override
    public void now() {
        report();
    }

    /** Nothing is known of flows beyond what the kernel tells. */
    @Override
    public void eventsWereLost() {}

    @Override
    public FlowLedger ledger() {
        return new FlowLedger(stats.seen, 0, stats.ended, sink.exportedEnds(), stats.empty, 0, 0);
    }

    /** The report that a stop ends with, after one that is under way. */
    @Override
    public Future<Void> last() {
        if (tick != null) {
            tick.cancel(false);
        }
        ChannelPromise done = channel.newPromise();
        Runnable last = () -> dump(FlowEndReason.FORCED_END).addListener(answer -> done.setSuccess());
        channel.eventLoop().execute(() -> {
            ChannelFuture before = underWay;
            if (before == null) {
                last.run();
            } else {
                before.addListener(answer -> last.run());
            }
        });
        return done;
    }

    @Override
    public void close() {}

    private ChannelFuture dump(int endReason) {
        accounting.beginDump(endReason);
        ChannelFuture answered = channel.writeAndFlush(request());
        underWay = answered;
        answered.addListener(done -> {
            underWay = null;
            if (done.isSuccess()) {
                ended();
            } else {
                failed(done.cause());
            }
        });
        return answered;
    }

    private void ended() {
        stats.dumps++;
        accounting.endDump();
    }

    private void failed(Throwable cause) {
        stats.failedDumps++;
        if (limit.permits()) {
            LOG.warn(
                    "source {}: a dump failed: {}; the next one reports what this one missed{}",
                    config.name(),
                    cause.getMessage(),
                    limit.suppressed());
        }
    }

    private NetlinkRequest request() {
        NetlinkRequest request = ConntrackRequests.dumpAndZero(channel.alloc(), ConntrackRequests.AF_UNSPEC);
        MarkMatch mark = config.mark();
        // In the kernel, so that entries of other marks keep their counters.
        return mark == null ? request : ConntrackRequests.withMark(request, mark.value(), mark.mask());
    }
}
