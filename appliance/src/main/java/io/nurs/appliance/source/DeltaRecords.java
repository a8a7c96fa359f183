package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.StoredFlow;
import io.nurs.appliance.totals.UnsentEnd;
import io.nurs.netlink.conntrack.ConntrackMessage;
import org.jspecify.annotations.Nullable;

/**
 * Makes the reports of {@code accounting: delta}: what an entry has counted beyond its totals, from when to when. The totals change
 * with each report, before it is handed on; what of that has been sent, the file's journal knows.
 */
final class DeltaRecords implements SendLog {
    /** Of {@link FlowTotals#flags}, for {@link #unsent}: the reason above it, and whether the end is inferred. */
    private static final int REASON_SHIFT = 8;

    private static final int INFERRED = 4;

    private final FlowClock clock;
    private final FlowTotals totals;
    private final ConntrackStats stats;
    private final DeltaAccounting.Environment environment;
    private @Nullable ConntrackFlow flow;
    private boolean reporting;
    private long packedBefore;

    DeltaRecords(FlowClock clock, FlowTotals totals, ConntrackStats stats, DeltaAccounting.Environment environment) {
        this.clock = clock;
        this.totals = totals;
        this.stats = stats;
        this.environment = environment;
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
    public boolean isFilling() {
        return totals.needsSend();
    }

    /** A report of a flow that goes on. */
    void onTheWay(ChannelHandlerContext ctx, long slot, ConntrackMessage entry, long now, int reason) {
        long last = environment.timeouts().lastPacketNanos(entry, now);
        ConntrackFlow reported = sinceLastReport(slot, entry, last, reason);
        totals.report(slot, entry, now);
        totals.mark(slot, entry.mark());
        handOver(ctx, reported);
    }

    /** The last report of a flow, which leaves the table. */
    void end(ChannelHandlerContext ctx, long slot, ConntrackMessage entry) {
        long stop = stopNanos(entry);
        int evidence = evidence(entry, stop);
        int reason = reason(entry);
        long last = environment.timeouts().lastPacketNanos(entry, stop);
        ConntrackFlow reported = sinceLastReport(slot, entry, last, reason).ended(evidence);
        totals.report(slot, entry, reported.endNanos());
        totals.mark(slot, entry.mark());
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

    /** Whether no counter is below what was reported. */
    boolean isGrown(long slot, ConntrackMessage entry) {
        return entry.originalBytes() >= totals.originalBytes(slot)
                && entry.originalPackets() >= totals.originalPackets(slot)
                && entry.replyBytes() >= totals.replyBytes(slot)
                && entry.replyPackets() >= totals.replyPackets(slot);
    }

    /** The totals have been changed for it: what is sent meanwhile is in doubt. */
    private void handOver(ChannelHandlerContext ctx, ConntrackFlow reported) {
        // The journal's newest entry is this flow's, and may be that of its report before as well.
        packedBefore = Math.max(0, totals.packed() - 1);
        reporting = true;
        stats.reported++;
        ctx.fireChannelRead(reported);
        reporting = false;
    }

    /**
     * A record that a flow is gone, which leaves the table: its totals are its last.
     *
     * @param evenIfEmpty also if nothing was ever reported of it
     */
    void gone(ChannelHandlerContext ctx, long slot, boolean evenIfEmpty) {
        StoredFlow gone = totals.flow(slot);
        boolean counted = gone.originalBytes() != 0 || gone.replyBytes() != 0;
        long until = gone.reportedUntilNanos();
        ConntrackFlow reported = flow(gone)
                .set(gone, until, until, FlowEndReason.IDLE_TIMEOUT)
                .ended(ConntrackFlow.END_NOT_SEEN)
                .reportedEmpty();
        // Its tuples stay where they are until another flow takes the slot.
        totals.remove(slot);
        if (counted || evenIfEmpty) {
            handOver(ctx, reported);
        }
    }

    /**
     * The last report of a flow that the process before this one had packed when it was killed.
     *
     * @return false if that is known no more: killed twice, in between, and what was new is forgotten
     */
    boolean unsent(ChannelHandlerContext ctx, UnsentEnd end) {
        long slot = end.slot();
        StoredFlow stored = totals.flow(slot);
        if (end.originalBytes() == stored.originalBytes() && end.replyBytes() == stored.replyBytes()) {
            return false;
        }
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
        totals.report(
                slot, end.originalPackets(), end.originalBytes(), end.replyPackets(), end.replyBytes(), end.endNanos());
        totals.flags(slot, end.flags());
        totals.remove(slot);
        handOver(ctx, reported);
        return true;
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
    long startNanos(ConntrackMessage entry) {
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

    /** The only report of a flow that is in no table. */
    void whole(ChannelHandlerContext ctx, ConntrackMessage entry) {
        long stop = stopNanos(entry);
        long last = environment.timeouts().lastPacketNanos(entry, stop);
        ConntrackFlow whole =
                flow(entry).set(entry, startNanos(entry), last, reason(entry)).ended(evidence(entry, stop));
        stats.reported++;
        ctx.fireChannelRead(isEmpty(entry) ? whole.reportedEmpty() : whole);
    }

    /** Whether it has counted since its last report, or been set to zero. */
    boolean hasNews(long slot, ConntrackMessage entry) {
        return entry.originalBytes() != totals.originalBytes(slot) || entry.replyBytes() != totals.replyBytes(slot);
    }

    static boolean isEmpty(ConntrackMessage entry) {
        return entry.originalBytes() == 0 && entry.replyBytes() == 0;
    }
}
