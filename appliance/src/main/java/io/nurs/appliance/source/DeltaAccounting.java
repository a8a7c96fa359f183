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
import io.nurs.appliance.totals.StoredFlow;
import io.nurs.appliance.totals.UnsentEnd;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code accounting: delta}: reports what an entry has counted beyond what was reported of it before. The kernel's counters
 * only grow, for all who read them; what we have reported is in {@link FlowTotals}. Sits in the pipeline of the event channel
 * and in those that bring dumps and single entries, which share a loop.
 *
 * <p>Longer than a class should be: each way in which a flow begins, goes on or ends is one short method, and all of them
 * change the same totals and the same ledger.
 */
@ChannelHandler.Sharable
final class DeltaAccounting extends ChannelInboundHandlerAdapter implements TableWalk.Laps, SendLog {
    /** A mute flow is visited this often at least. */
    static final int MUTE_VISIT_SECONDS = 5;
    /** A mute flow that may be gone by the visit after next is reported now: nobody will tell of its end. */
    private static final int EXPIRES_SOON_SECONDS = 2 * MUTE_VISIT_SECONDS + 1;

    /** {@link FlowTotals#flags}: the kernel will not tell of its end. */
    static final int MUTE = 1;
    /** The kernel does not list it any more, and perhaps its end is still to be read. */
    static final int GONE = 2;

    private static final int REASON_SHIFT = 8;
    private static final int INFERRED = 4;

    private final Share share;
    private final FlowClock clock;
    private final @Nullable MarkMatch mark;
    private final boolean reportEmpty;
    private final long dueNanos;
    private final ConntrackStats stats;
    private final FlowTotals totals;
    private final Environment environment;
    private final ToldEnds ended;
    private @Nullable ConntrackFlow flow;

    /** Flows that began before this and are not in the table were counted by nobody: what they have is where we begin. */
    private final long baselineNanos;

    private int lap;
    private boolean lapReports;
    private long lapReportedNanos;
    private int walkReason = FlowEndReason.ACTIVE_TIMEOUT;
    private boolean everyFlowIsDue;
    private boolean reporting;
    private long packedBefore;

    /** What the accounting asks of its source. */
    interface Environment {
        /** As they are now. */
        ConntrackTimeouts timeouts();

        boolean tableIsNearlyFull();

        /** Flows that began before this Unix time in ns have no events: 0 for none, MAX_VALUE for all. */
        long muteBeforeNanos();

        /** Sends all that is packed: the totals' journal fills. */
        void makeRoom();

        /** All ends that the kernel has told, or will tell again for our sake, have been read. */
        boolean everyEndHasCome();

        /** A lap that met every entry has ended: flows of earlier laps are missing. */
        void lapEnded(int lap);
    }

    DeltaAccounting(
            ConntrackSourceConfig config,
            Share share,
            FlowClock clock,
            FlowTotals totals,
            ConntrackStats stats,
            Environment environment) {
        this.share = share;
        this.clock = clock;
        this.mark = config.mark();
        this.reportEmpty = config.emptyFlows() == EmptyFlows.REPORT;
        // Laps are not exactly an active-timeout apart.
        this.dueNanos = config.activeTimeout().toNanos() / 2;
        this.stats = stats;
        this.totals = totals;
        this.environment = environment;
        long lastUsed = totals.opening() instanceof Opening.Resumed resumed
                ? TimeUnit.MILLISECONDS.toNanos(resumed.lastUsedMillis())
                : 0;
        this.ended = new ToldEnds(clock, share.of(config.maxFlows()), lastUsed);
        this.baselineNanos = lastUsed > 0 || config.firstStart() == FirstStart.EXPORT ? 0 : clock.unixNanos();
        stats.seen = totals.size();
    }

    /** In the next lap all flows are reported, with this reason, however recently they were. */
    void reportEveryFlow(int reason) {
        everyFlowIsDue = true;
        walkReason = reason;
    }

    @Override
    public void begin() {
        lap++;
        long now = clock.monotonicNanos();
        // A lap out of turn, to find flows that are gone, reports nothing on its way.
        lapReports = lap == 1 || everyFlowIsDue || now - lapReportedNanos >= dueNanos;
        if (lapReports) {
            lapReportedNanos = now;
        }
    }

    @Override
    public void end() {
        everyFlowIsDue = false;
        walkReason = FlowEndReason.ACTIVE_TIMEOUT;
        ended.forget(environment.everyEndHasCome());
        environment.lapEnded(lap);
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
        if (!(message instanceof ConntrackMessage entry) || !share.has(entry.id())) {
            // A dump lists the other readers' flows as well.
            ctx.fireChannelRead(message);
        } else if (mark != null && !mark.matches(entry.mark())) {
            stats.otherMark++;
        } else {
            if (totals.needsSend()) {
                environment.makeRoom();
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
        long now = clock.unixNanos();
        long slot = totals.find(entry);
        boolean due;
        if (slot == FlowTotals.NONE) {
            slot = takeIn(entry, now);
            if (slot == FlowTotals.NONE) {
                stats.untracked++;
                return;
            }
            due = everyFlowIsDue || now - totals.reportedUntilNanos(slot) >= dueNanos;
        } else {
            due = everyFlowIsDue || (lapReports && totals.lap(slot) != (lap & 0xffff));
        }
        totals.lap(slot, lap);
        if ((due || mayEndUnseen(slot, entry)) && hasNews(slot, entry)) {
            reportOnTheWay(ctx, slot, entry, now);
        }
    }

    private long takeIn(ConntrackMessage entry, long now) {
        boolean fromBefore = isFromBefore(entry);
        long slot = fromBefore
                ? totals.insertBaseline(entry, now, lap)
                : totals.insert(entry, entry.hasStart() ? entry.startNanos() : now, lap);
        if (slot != FlowTotals.NONE) {
            stats.seen++;
            stats.baseline += fromBefore ? 1 : 0;
            totals.flags(slot, isMute(entry) ? MUTE : 0);
        }
        return slot;
    }

    private boolean isFromBefore(ConntrackMessage entry) {
        return baselineNanos > 0 && (entry.hasStart() ? entry.startNanos() < baselineNanos : lap <= 1);
    }

    private boolean isMute(ConntrackMessage entry) {
        long before = environment.muteBeforeNanos();
        return before == Long.MAX_VALUE || (before > 0 && (!entry.hasStart() || entry.startNanos() < before));
    }

    private boolean mayEndUnseen(long slot, ConntrackMessage entry) {
        int flags = totals.flags(slot);
        boolean expiresSoon =
                entry.hasTimeout() && Integer.compareUnsigned(entry.timeoutSeconds(), EXPIRES_SOON_SECONDS) <= 0;
        return (flags & GONE) != 0 || ((flags & MUTE) != 0 && expiresSoon);
    }

    private void destroyed(ChannelHandlerContext ctx, ConntrackMessage entry) {
        long slot = totals.find(entry);
        if (!ended.addIfNew(entry) || (slot == FlowTotals.NONE && ended.isForgotten(entry))) {
            stats.repeated++;
            return;
        }
        stats.ended++;
        if (slot == FlowTotals.NONE) {
            destroyedUnmet(ctx, entry);
        } else if (hasNews(slot, entry)) {
            reportEnd(ctx, slot, entry);
        } else if (reportEmpty && isEmpty(entry)) {
            totals.remove(slot);
            reportWhole(ctx, entry);
        } else {
            stats.empty++;
            totals.remove(slot);
        }
    }

    /** No walk has met it, or there was no room for it. */
    private void destroyedUnmet(ChannelHandlerContext ctx, ConntrackMessage entry) {
        stats.seen++;
        boolean empty = isEmpty(entry);
        if (empty ? !reportEmpty : isFromBefore(entry)) {
            if (empty) {
                stats.empty++;
            } else {
                stats.fromBefore++;
            }
            return;
        }
        // Through the table, so that a process that is killed before it has sent this leaves a trace of it.
        long slot = empty || !totals.outlivesProcess() ? FlowTotals.NONE : totals.insert(entry, startNanos(entry), lap);
        if (slot == FlowTotals.NONE) {
            reportWhole(ctx, entry);
        } else {
            reportEnd(ctx, slot, entry);
        }
    }

    private void reportWhole(ChannelHandlerContext ctx, ConntrackMessage entry) {
        long stop = stopNanos(entry);
        long last = environment.timeouts().lastPacketNanos(entry, stop);
        ConntrackFlow whole =
                flow(entry).set(entry, startNanos(entry), last, reason(entry)).ended(evidence(entry, stop));
        stats.reported++;
        ctx.fireChannelRead(isEmpty(entry) ? whole.reportedEmpty() : whole);
    }

    private static boolean isEmpty(ConntrackMessage entry) {
        return entry.originalBytes() == 0 && entry.replyBytes() == 0;
    }

    private boolean hasNews(long slot, ConntrackMessage entry) {
        return entry.originalBytes() != totals.originalBytes(slot) || entry.replyBytes() != totals.replyBytes(slot);
    }

    private void reportOnTheWay(ChannelHandlerContext ctx, long slot, ConntrackMessage entry, long now) {
        long last = environment.timeouts().lastPacketNanos(entry, now);
        ConntrackFlow reported = sinceLastReport(slot, entry, last, walkReason);
        packedBefore = totals.packed();
        reporting = true;
        totals.report(slot, entry, now);
        handOver(ctx, reported);
    }

    private void reportEnd(ChannelHandlerContext ctx, long slot, ConntrackMessage entry) {
        long stop = stopNanos(entry);
        int evidence = evidence(entry, stop);
        int reason = reason(entry);
        long last = environment.timeouts().lastPacketNanos(entry, stop);
        ConntrackFlow reported = sinceLastReport(slot, entry, last, reason).ended(evidence);
        packedBefore = totals.packed();
        reporting = true;
        totals.report(slot, entry, reported.endNanos());
        // For the next process, if this one is killed before it has sent the record.
        totals.flags(slot, reason << REASON_SHIFT | (evidence == ConntrackFlow.END_SEEN ? 0 : INFERRED));
        totals.remove(slot);
        handOver(ctx, reported);
    }

    private ConntrackFlow sinceLastReport(long slot, ConntrackMessage entry, long last, int reason) {
        long since = totals.reportedUntilNanos(slot);
        long start = entry.hasStart() ? Math.max(entry.startNanos(), since) : since;
        ConntrackFlow reported = flow(entry).set(entry, start, last, reason);
        if (isGrown(slot, entry)) {
            return reported.counted(
                    entry.originalPackets() - totals.originalPackets(slot),
                    entry.originalBytes() - totals.originalBytes(slot),
                    entry.replyPackets() - totals.replyPackets(slot),
                    entry.replyBytes() - totals.replyBytes(slot));
        }
        // Somebody set them to zero: what they show has come since.
        stats.zeroed++;
        return reported;
    }

    private boolean isGrown(long slot, ConntrackMessage entry) {
        return entry.originalBytes() >= totals.originalBytes(slot)
                && entry.originalPackets() >= totals.originalPackets(slot)
                && entry.replyBytes() >= totals.replyBytes(slot)
                && entry.replyPackets() >= totals.replyPackets(slot);
    }

    /** The totals have been changed for it: what is sent meanwhile is in doubt. */
    private void handOver(ChannelHandlerContext ctx, ConntrackFlow reported) {
        stats.reported++;
        ctx.fireChannelRead(reported);
        reporting = false;
    }

    /** The kernel lists the flow no more, and nobody has told of its end, nor will: its totals are its last. */
    void vanished(ChannelHandlerContext ctx, long slot) {
        stats.ended++;
        stats.unwatched++;
        StoredFlow gone = totals.flow(slot);
        boolean counted = gone.originalBytes() != 0 || gone.replyBytes() != 0;
        long until = gone.reportedUntilNanos();
        ConntrackFlow reported = flow(gone)
                .set(gone, until, until, FlowEndReason.IDLE_TIMEOUT)
                .ended(ConntrackFlow.END_NOT_SEEN)
                .reportedEmpty();
        packedBefore = totals.packed();
        reporting = true;
        // Its tuples stay where they are until another flow takes the slot.
        totals.remove(slot);
        if (counted || reportEmpty) {
            handOver(ctx, reported);
        }
        reporting = false;
    }

    /** The process before this one was killed with that record packed. */
    void reportUnsent(ChannelHandlerContext ctx, UnsentEnd end) {
        long slot = end.slot();
        StoredFlow stored = totals.flow(slot);
        if (end.originalBytes() == stored.originalBytes() && end.replyBytes() == stored.replyBytes()) {
            // Killed twice, in between: what was new is forgotten. It is missing from the table, which the walk will
            // find.
            return;
        }
        stats.ended++;
        stats.unsentEnds++;
        long start = Math.max(stored.startNanos(), stored.reportedUntilNanos());
        boolean inferred = (end.flags() & INFERRED) != 0;
        ConntrackFlow reported = flow(stored)
                .set(stored, start, end.endNanos(), end.flags() >>> REASON_SHIFT)
                .ended(inferred ? ConntrackFlow.END_TIME_INFERRED : ConntrackFlow.END_SEEN);
        boolean grown = end.originalBytes() >= stored.originalBytes() && end.replyBytes() >= stored.replyBytes();
        reported.counted(
                end.originalPackets() - (grown ? stored.originalPackets() : 0),
                end.originalBytes() - (grown ? stored.originalBytes() : 0),
                end.replyPackets() - (grown ? stored.replyPackets() : 0),
                end.replyBytes() - (grown ? stored.replyBytes() : 0));
        packedBefore = totals.packed();
        reporting = true;
        totals.report(
                slot, end.originalPackets(), end.originalBytes(), end.replyPackets(), end.replyBytes(), end.endNanos());
        totals.flags(slot, end.flags());
        totals.remove(slot);
        handOver(ctx, reported);
    }

    private int reason(ConntrackMessage entry) {
        return FlowEndReason.of(entry, environment.tableIsNearlyFull());
    }

    private int evidence(ConntrackMessage entry, long stop) {
        return environment.timeouts().isInferred(entry, stop)
                ? ConntrackFlow.END_TIME_INFERRED
                : ConntrackFlow.END_SEEN;
    }

    /** Without timestamps of the kernel's a flow that nobody has met is a point at its end. */
    private long startNanos(ConntrackMessage entry) {
        return entry.hasStart() ? entry.startNanos() : environment.timeouts().lastPacketNanos(entry, stopNanos(entry));
    }

    private long stopNanos(ConntrackMessage entry) {
        return entry.hasStop() ? entry.stopNanos() : clock.unixNanos();
    }

    private ConntrackFlow flow(ConntrackMessage entry) {
        ConntrackFlow borrowed = flow;
        if (borrowed == null) {
            borrowed = flow = new ConntrackFlow(entry);
        }
        return borrowed;
    }

    private ConntrackFlow flow(StoredFlow entry) {
        ConntrackFlow borrowed = flow;
        if (borrowed == null) {
            borrowed = flow = new ConntrackFlow(entry);
        }
        return borrowed;
    }

    void close() {
        ended.close();
    }
}
