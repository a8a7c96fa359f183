package io.nurs.appliance.source;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Visits every entry once a lap, at an even pace: one dump after another, each read a datagram at a time, as many a tick as
 * take a whole lap for the whole table. The kernel builds a dump's next datagram only when the one before is read, so it works
 * evenly too, and so do the collectors behind us. Sits last in the pipeline of the channel that brings the dump, with auto-read
 * off.
 */
final class TableWalk extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TableWalk.class);
    private static final long TICK_MILLIS = 50;

    private final ConntrackSourceConfig config;
    private final NetlinkChannel channel;
    private final TableUse table;
    private final Laps laps;
    private final FlowSink sink;
    private final long lapMillis;
    private final RateLimit limit = new RateLimit();

    private boolean walking;
    private boolean hurried;
    private long lapStartNanos;
    /** Entries that may be read before the next tick; what a datagram brought too many is owed. */
    private double allowance;

    private @Nullable Future<?> tick;
    private @Nullable Runnable atEnd;

    /** Who is told of the walk's progress, on the event loop. */
    interface Laps {
        void begin();

        /** Every entry that lived from the lap's begin to its end has been visited, with rare exceptions. */
        void end();
    }

    TableWalk(ConntrackSourceConfig config, NetlinkChannel channel, TableUse table, Laps laps, FlowSink sink) {
        this.config = config;
        this.channel = channel;
        this.table = table;
        this.laps = laps;
        this.sink = sink;
        this.lapMillis = config.activeTimeout().toMillis();
    }

    /** Begins the first lap, which takes no longer than it must; on the event loop. */
    void start() {
        hurried = true;
        begin();
        tick = channel.eventLoop().scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Goes round once more, as fast as it can, after the lap under way; on the event loop.
     *
     * @param before called as that lap begins
     * @param after called when it has ended
     */
    void last(Runnable before, Runnable after) {
        hurried = true;
        Runnable whole = () -> {
            before.run();
            hurried = true;
            atEnd = after;
            begin();
        };
        if (walking) {
            atEnd = whole;
            channel.read();
        } else {
            whole.run();
        }
    }

    void stop() {
        if (tick != null) {
            tick.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackMessage) {
            allowance--;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (walking && (hurried || allowance > 0) && sink.takesMore()) {
            ctx.read();
        }
        ctx.fireChannelReadComplete();
    }

    private void tick() {
        long sinceLap = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lapStartNanos);
        if (!walking && sinceLap >= lapMillis) {
            begin();
        } else if (walking) {
            allowance = Math.min(0, allowance) + entriesPerTick();
            if (allowance > 0 && sink.takesMore()) {
                channel.read();
            }
        }
    }

    private double entriesPerTick() {
        try {
            // One more, so that a table that grows does not make the lap late for ever.
            return (double) (table.entries() + 1) * TICK_MILLIS / lapMillis;
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", config.name(), e);
            return 1;
        }
    }

    private void begin() {
        walking = true;
        lapStartNanos = System.nanoTime();
        allowance = entriesPerTick();
        laps.begin();
        ChannelFuture answered = channel.writeAndFlush(request());
        answered.addListener(done -> ended(done.isSuccess(), done.cause()));
        channel.read();
    }

    private void ended(boolean whole, @Nullable Throwable cause) {
        walking = false;
        hurried = false;
        if (whole) {
            laps.end();
        } else if (limit.permits()) {
            LOG.warn(
                    "source {}: a walk through the table failed: {}; the next one visits what this one missed{}",
                    config.name(),
                    cause == null ? "cancelled" : cause.getMessage(),
                    limit.suppressed());
        }
        Runnable next = atEnd;
        atEnd = null;
        if (next != null) {
            next.run();
        }
    }

    private NetlinkRequest request() {
        NetlinkRequest request = ConntrackRequests.dump(channel.alloc(), ConntrackRequests.AF_UNSPEC);
        MarkMatch mark = config.mark();
        return mark == null ? request : ConntrackRequests.withMark(request, mark.value(), mark.mask());
    }
}
