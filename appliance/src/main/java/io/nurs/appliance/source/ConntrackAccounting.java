package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.EmptyFlows;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes flows of entries: what a message's counters cover, from when to when, and whether there is anything to report. Sits in
 * the pipelines of a source's event channel and of its dump channel, which share a loop.
 *
 * <p>With {@code accounting: reset} the kernel sets an entry's counters to zero as a dump lists it, so each message covers the
 * time since the dump before. With {@code accounting: end} there are no dumps, and a DESTROY covers all of the entry's life.
 */
@ChannelHandler.Sharable
final class ConntrackAccounting extends ChannelInboundHandlerAdapter {
    private final InstantSource clock;
    private final @Nullable MarkMatch mark;
    private final boolean reportEmpty;
    private final ConntrackStats stats;
    private final BooleanSupplier tableIsNearlyFull;
    private final EndedOnce once = new EndedOnce();
    private @Nullable ConntrackFlow flow;

    private final DumpTimes dumps = new DumpTimes();
    private long dumpNanos;
    private int dumpReason;
    private boolean baseline;

    /** @param tableIsNearlyFull whether the kernel is short of room, and ends flows for that */
    ConntrackAccounting(
            ConntrackSourceConfig config,
            InstantSource clock,
            ConntrackStats stats,
            BooleanSupplier tableIsNearlyFull) {
        this.clock = clock;
        this.mark = config.mark();
        this.reportEmpty = config.emptyFlows() == EmptyFlows.REPORT;
        this.stats = stats;
        this.tableIsNearlyFull = tableIsNearlyFull;
    }

    /** A get-and-zero dump begins whose counters are thrown away: they count from before our time. */
    void beginBaseline() {
        beginDump(0);
        baseline = true;
    }

    /** A get-and-zero dump begins. */
    void beginDump(int endReason) {
        baseline = false;
        dumpReason = endReason;
        dumpNanos = nowNanos();
    }

    /** The dump is complete: from here on counters cover the time since it began. */
    void endDump() {
        dumps.add(dumpNanos);
        baseline = false;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ConntrackMessage entry)) {
            ctx.fireChannelRead(message);
        } else if (mark != null && !mark.matches(entry.mark())) {
            stats.otherMark++;
        } else {
            account(ctx, entry);
        }
    }

    private void account(ChannelHandlerContext ctx, ConntrackMessage entry) {
        switch (entry.kind()) {
            case DUMPED -> {
                if (!baseline) {
                    dumped(ctx, entry);
                }
            }
            case DESTROY -> {
                if (once.isRepeated(entry)) {
                    stats.repeated++;
                } else {
                    stats.seen++;
                    stats.ended++;
                    destroyed(ctx, entry);
                }
            }
            case NEW, UPDATE -> {
                // Not subscribed to: they carry no counters.
            }
        }
    }

    private void dumped(ChannelHandlerContext ctx, ConntrackMessage entry) {
        if (isEmpty(entry)) {
            return;
        }
        report(ctx, at(entry, startNanos(entry, dumps.last(), dumpNanos), dumpNanos, dumpReason));
    }

    private void destroyed(ChannelHandlerContext ctx, ConntrackMessage entry) {
        boolean empty = isEmpty(entry);
        if (empty && !reportEmpty) {
            stats.empty++;
            return;
        }
        long end = entry.hasStop() ? entry.stopNanos() : nowNanos();
        // An entry is often told of after a dump that it did not live to see: one that expired ends by the dump itself.
        long covered = dumps.lastUpTo(end);
        int reason = FlowEndReason.of(entry, tableIsNearlyFull.getAsBoolean());
        ConntrackFlow ended =
                at(entry, startNanos(entry, covered, end), end, reason).ended(ConntrackFlow.END_SEEN);
        report(ctx, empty ? ended.reportedEmpty() : ended);
    }

    /**
     * The later of the entry's own start and the dump before. Without timestamps of the kernel's the dump before is all that
     * is known, and without dumps not even that: then the flow is a point at its end, rather than one that began in 1970.
     *
     * @param coveredNanos the dump before, 0 if there was none
     */
    private static long startNanos(ConntrackMessage entry, long coveredNanos, long endNanos) {
        if (entry.hasStart()) {
            return Math.max(entry.startNanos(), coveredNanos);
        }
        return coveredNanos == 0 ? endNanos : coveredNanos;
    }

    private void report(ChannelHandlerContext ctx, ConntrackFlow reported) {
        stats.reported++;
        ctx.fireChannelRead(reported);
    }

    private ConntrackFlow at(ConntrackMessage entry, long start, long end, int reason) {
        if (flow == null) {
            flow = new ConntrackFlow(entry);
        }
        return flow.set(entry, start, end, reason);
    }

    private static boolean isEmpty(ConntrackMessage entry) {
        return entry.originalBytes() == 0 && entry.replyBytes() == 0;
    }

    private long nowNanos() {
        return clock.millis() * 1_000_000;
    }
}
