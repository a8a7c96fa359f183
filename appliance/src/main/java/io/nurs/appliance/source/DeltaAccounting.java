package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.EmptyFlows;
import io.nurs.appliance.config.FirstStart;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.Opening;
import io.nurs.appliance.totals.RecentlyEnded;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * {@code accounting: delta}: reports what an entry has counted beyond what was reported of it before. The kernel's counters
 * only grow, for all who read them; what we have reported is in {@link FlowTotals}. Sits in the pipeline of the event channel
 * and in that of the walk, which share a loop.
 */
@ChannelHandler.Sharable
final class DeltaAccounting extends ChannelInboundHandlerAdapter implements TableWalk.Laps, SendLog {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** Slots of the table looked at in one go in search of flows that are gone. */
    private static final int SWEEP_SLOTS = 4096;
    /** A flow that so many laps in a row have not met is gone. */
    private static final int ABSENT_LAPS = 2;

    private final InstantSource clock;
    private final @Nullable MarkMatch mark;
    private final boolean reportEmpty;
    private final long dueNanos;
    private final ConntrackStats stats;
    private final FlowTotals totals;
    private final RecentlyEnded ended;
    private final ConntrackTimeouts timeouts;
    private final Runnable makeRoom;
    private @Nullable ConntrackFlow flow;

    /** Flows that began before this and are not in the table were counted by nobody: what they have is where we begin. */
    private long baselineNanos;

    private int lap;
    private long lapBeganNanos;

    /** Only flows that began before this have been given up for gone. */
    private long sweptBeforeNanos;

    private int walkReason = FlowEndReason.ACTIVE_TIMEOUT;
    private boolean everyFlowIsDue;
    private boolean reporting;
    private long packedBefore;

    /**
     * Of one source.
     *
     * @param makeRoom sends all that is packed, when the totals' journal fills
     */
    DeltaAccounting(
            ConntrackSourceConfig config,
            InstantSource clock,
            FlowTotals totals,
            ConntrackTimeouts timeouts,
            ConntrackStats stats,
            Runnable makeRoom) {
        this.clock = clock;
        this.mark = config.mark();
        this.reportEmpty = config.emptyFlows() == EmptyFlows.REPORT;
        // A flow is met once a lap: half a lap more or less must not put its report off by another lap.
        this.dueNanos = config.activeTimeout().toNanos() / 2;
        this.stats = stats;
        this.totals = totals;
        this.ended = new RecentlyEnded(config.maxFlows());
        this.timeouts = timeouts;
        this.makeRoom = makeRoom;
        boolean resumed = totals.opening() instanceof Opening.Resumed;
        this.baselineNanos = resumed || config.firstStart() == FirstStart.EXPORT ? 0 : nowNanos();
    }

    /** From the next lap on all flows are reported, with this reason, however recently they were. */
    void reportEveryFlow(int reason) {
        everyFlowIsDue = true;
        walkReason = reason;
    }

    @Override
    public void begin() {
        lap++;
        lapBeganNanos = nowNanos();
    }

    @Override
    public void end() {
        everyFlowIsDue = false;
        walkReason = FlowEndReason.ACTIVE_TIMEOUT;
        ended.rotate();
        sweep();
    }

    /** The flow whose records are being packed may be sent in part: it stays in doubt until the rest is sent as well. */
    @Override
    public long beginSending() {
        long sending = totals.beginSending();
        return reporting ? Math.min(sending, packedBefore) : sending;
    }

    @Override
    public void sent(long sending) {
        totals.sent(sending);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ConntrackMessage entry)) {
            ctx.fireChannelRead(message);
        } else if (mark != null && !mark.matches(entry.mark())) {
            stats.otherMark++;
        } else {
            if (totals.needsSend()) {
                makeRoom.run();
            }
            switch (entry.kind()) {
                case DUMPED -> {
                    met(ctx, entry);
                    // The walk counts what it has brought.
                    ctx.fireChannelRead(entry);
                }
                case DESTROY -> destroyed(ctx, entry);
                case NEW, UPDATE -> {
                    // Not subscribed to: they carry no counters.
                }
            }
        }
    }

    /** A dump lists entries that ended after its datagram was built: they are over, whatever it says. */
    private void met(ChannelHandlerContext ctx, ConntrackMessage entry) {
        if (!entry.hasCounters() || ended.contains(entry)) {
            return;
        }
        long now = nowNanos();
        long slot = totals.find(entry);
        if (slot == FlowTotals.NONE) {
            slot = takeIn(entry, now);
            if (slot == FlowTotals.NONE) {
                stats.untracked++;
                return;
            }
        }
        totals.lap(slot, lap);
        boolean due = everyFlowIsDue || now - totals.reportedUntilNanos(slot) >= dueNanos;
        if (due && hasNews(slot, entry)) {
            report(ctx, slot, entry, now, timeouts.lastPacketNanos(entry, now), walkReason, false);
        }
    }

    /** Flows from before our time, and such as may have been given up for gone though they lived, count from here on. */
    private long takeIn(ConntrackMessage entry, long now) {
        boolean old = isFromBefore(entry);
        boolean overlooked = !old && entry.hasStart() && entry.startNanos() < sweptBeforeNanos;
        if (old || overlooked) {
            stats.baseline++;
            return totals.insertBaseline(entry, now, lap);
        }
        return totals.insert(entry, entry.hasStart() ? entry.startNanos() : now, lap);
    }

    private boolean isFromBefore(ConntrackMessage entry) {
        return baselineNanos > 0 && (entry.hasStart() ? entry.startNanos() < baselineNanos : lap <= 1);
    }

    private void destroyed(ChannelHandlerContext ctx, ConntrackMessage entry) {
        if (!ended.addIfNew(entry)) {
            stats.repeated++;
            return;
        }
        stats.ended++;
        long slot = totals.find(entry);
        long now = nowNanos();
        long stop = entry.hasStop() ? entry.stopNanos() : now;
        long last = timeouts.lastPacketNanos(entry, stop);
        if (slot == FlowTotals.NONE) {
            destroyedUnmet(ctx, entry, last);
        } else {
            if (hasNews(slot, entry)) {
                report(ctx, slot, entry, now, last, FlowEndReason.of(entry), true);
            } else {
                stats.empty++;
                totals.remove(slot);
            }
        }
    }

    private void destroyedUnmet(ChannelHandlerContext ctx, ConntrackMessage entry, long last) {
        boolean empty = entry.originalBytes() == 0 && entry.replyBytes() == 0;
        if (empty ? !reportEmpty : isFromBefore(entry)) {
            if (empty) {
                stats.empty++;
            } else {
                stats.baseline++;
            }
            return;
        }
        long start = entry.hasStart() ? entry.startNanos() : last;
        ConntrackFlow whole = flow(entry).set(entry, start, last, FlowEndReason.of(entry));
        stats.reported++;
        ctx.fireChannelRead(empty ? whole.reportedEmpty() : whole);
    }

    private boolean hasNews(long slot, ConntrackMessage entry) {
        return entry.originalBytes() != totals.originalBytes(slot) || entry.replyBytes() != totals.replyBytes(slot);
    }

    private void report(
            ChannelHandlerContext ctx,
            long slot,
            ConntrackMessage entry,
            long now,
            long last,
            int reason,
            boolean isLast) {
        long since = totals.reportedUntilNanos(slot);
        long start = entry.hasStart() ? Math.max(entry.startNanos(), since) : since;
        ConntrackFlow reported = flow(entry).set(entry, start, last, reason);
        if (isGrown(slot, entry)) {
            reported.counted(
                    entry.originalPackets() - totals.originalPackets(slot),
                    entry.originalBytes() - totals.originalBytes(slot),
                    entry.replyPackets() - totals.replyPackets(slot),
                    entry.replyBytes() - totals.replyBytes(slot));
        } else {
            // Somebody set them to zero: what they show has come since.
            stats.zeroed++;
        }
        packedBefore = totals.packed();
        reporting = true;
        totals.report(slot, entry, now);
        if (isLast) {
            totals.remove(slot);
        }
        stats.reported++;
        ctx.fireChannelRead(reported);
        reporting = false;
    }

    private boolean isGrown(long slot, ConntrackMessage entry) {
        return entry.originalBytes() >= totals.originalBytes(slot)
                && entry.originalPackets() >= totals.originalPackets(slot)
                && entry.replyBytes() >= totals.replyBytes(slot)
                && entry.replyPackets() >= totals.replyPackets(slot);
    }

    /** Flows that ended while nobody listened, or whose end was lost: what they counted since their last report nobody knows. */
    private void sweep() {
        if (lap <= ABSENT_LAPS) {
            return;
        }
        long cursor = 0;
        do {
            cursor = totals.nextOlderThan(cursor, lap - ABSENT_LAPS + 1, SWEEP_SLOTS);
            if (cursor >= 0) {
                stats.unwatched++;
                sweptBeforeNanos = lapBeganNanos;
                totals.remove(cursor);
                cursor++;
                if (totals.needsSend()) {
                    makeRoom.run();
                }
            } else {
                cursor = ~cursor;
            }
        } while (cursor != 0);
    }

    private ConntrackFlow flow(ConntrackMessage entry) {
        ConntrackFlow borrowed = flow;
        if (borrowed == null) {
            borrowed = flow = new ConntrackFlow(entry);
        }
        return borrowed;
    }

    private long nowNanos() {
        return clock.millis() * NANOS_PER_MILLI;
    }
}
