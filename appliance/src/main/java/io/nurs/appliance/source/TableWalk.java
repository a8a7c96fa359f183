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
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Visits every entry once a lap, at an even pace: one dump after another, each read a datagram at a time, as many a tick as
 * take a whole lap for the whole table. The kernel builds a dump's next datagram only when the one before is read, so it works
 * evenly too, and so do the collectors behind us. A small table is passed at one datagram each half a second at least, for the
 * same reason: what the kernel has built would else be old when it is read. Sits last in the pipeline of the channel that brings the dump, with auto-read
 * off.
 */
final class TableWalk extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TableWalk.class);
    private static final long TICK_MILLIS = 50;
    /** What waits to be read was built when the one before was read, and must not get old. */
    private static final int LONGEST_REST_TICKS = 10;

    private final ConntrackSourceConfig config;
    private final NetlinkChannel channel;
    private final TableUse table;
    private final Laps laps;
    private final FlowSink sink;
    private final ConntrackStats stats;
    private final WalkProgress progress;
    private long lapMillis;
    private final RateLimit limit = new RateLimit();

    private boolean walking;
    private boolean hurried;
    private boolean stopped;
    private long lapStartNanos;
    /** Entries that may be read before the next tick; what a datagram brought too many is owed. */
    private double allowance;

    private int restTicks;

    private @Nullable Future<?> tick;
    private final Queue<Round> rounds = new ArrayDeque<>();

    /** A lap out of turn. */
    private record Round(Runnable before, Consumer<Boolean> after) {}

    /** Who is told of the walk's progress, on the event loop. */
    interface Laps {
        void begin();

        /** Every entry that lived from the lap's begin to its end has been visited, with rare exceptions. */
        void end();
    }

    /** @param lapMillis how long a lap is to take */
    TableWalk(
            ConntrackSourceConfig config,
            NetlinkChannel channel,
            TableUse table,
            Laps laps,
            FlowSink sink,
            ConntrackStats stats,
            long lapMillis) {
        this.config = config;
        this.channel = channel;
        this.table = table;
        this.laps = laps;
        this.sink = sink;
        this.stats = stats;
        this.lapMillis = lapMillis;
        this.progress = new WalkProgress(lapMillis);
    }

    /** How long a lap is to take from now on; on the event loop. */
    void adoptLap(long millis) {
        lapMillis = millis;
        progress.aim(millis);
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
     * @param after called when it has ended, with whether it was whole
     */
    void again(Runnable before, Consumer<Boolean> after) {
        rounds.add(new Round(before, after));
        hurried = true;
        if (walking) {
            resume();
        } else {
            begin();
        }
    }

    /** Whether a lap out of turn is still to begin. */
    boolean isToGoAgain() {
        return !rounds.isEmpty();
    }

    /** Goes on where it had to wait for its collectors. */
    void resume() {
        if (walking && hurried && sink.takesMore()) {
            channel.read();
        }
    }

    /** How it gets on; for any thread. */
    WalkProgress progress() {
        return progress;
    }

    /** Begins no more laps. */
    void stop() {
        stopped = true;
        if (tick != null) {
            tick.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackMessage) {
            allowance--;
            progress.visited();
            restTicks = 0;
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
            boolean rested = ++restTicks >= LONGEST_REST_TICKS;
            if ((hurried || rested || allowance > 0) && sink.takesMore()) {
                channel.read();
            }
        }
    }

    private double entriesPerTick() {
        try {
            // One more, so that a table that grows does not make the lap late for ever.
            long entries = table.entries();
            progress.entries(entries);
            return (double) (entries + 1) * TICK_MILLIS / lapMillis;
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", config.name(), e);
            return 1;
        }
    }

    private void begin() {
        Round round = rounds.poll();
        if (round != null) {
            round.before.run();
        }
        walking = true;
        progress.begin();
        lapStartNanos = System.nanoTime();
        allowance = entriesPerTick();
        laps.begin();
        ChannelFuture answered = channel.writeAndFlush(request());
        answered.addListener(done -> ended(round, done.isSuccess(), done.cause()));
        if (sink.takesMore()) {
            channel.read();
        }
    }

    private void ended(@Nullable Round round, boolean whole, @Nullable Throwable cause) {
        walking = false;
        progress.end(whole);
        hurried = !rounds.isEmpty();
        if (whole) {
            stats.dumps++;
            laps.end();
        } else {
            stats.failedDumps++;
            failed(cause);
        }
        if (round != null) {
            round.after.accept(whole);
        }
        if (hurried && !walking && !stopped) {
            begin();
        }
    }

    private void failed(@Nullable Throwable cause) {
        if (!stopped && limit.permits()) {
            LOG.warn(
                    "source {}: a walk through the table failed: {}; the next one visits what this one missed{}",
                    config.name(),
                    cause == null ? "cancelled" : cause.getMessage(),
                    limit.suppressed());
        }
    }

    private NetlinkRequest request() {
        NetlinkRequest request = ConntrackRequests.dump(channel.alloc(), ConntrackRequests.AF_UNSPEC);
        MarkMatch mark = config.mark();
        return mark == null ? request : ConntrackRequests.withMark(request, mark.value(), mark.mask());
    }
}
