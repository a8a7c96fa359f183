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
import io.nurs.appliance.totals.UnsentEnd;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code accounting: delta}: reports what an entry has counted beyond what was reported of it before. The kernel's counters
 * only grow, for all who read them; what we have reported is in {@link FlowTotals}. This decides what is reported when, and keeps
 * the ledger; {@link DeltaRecords} makes the reports. Sits in the pipeline of the event channel
 * and in those that bring dumps and single entries, which share a loop.
 */
@ChannelHandler.Sharable
final class DeltaAccounting extends ChannelInboundHandlerAdapter implements TableWalk.Laps {
    /** A mute flow is visited this often at least. */
    static final int MUTE_VISIT_SECONDS = 5;
    /** A mute flow that may be gone by the visit after next is reported now: nobody will tell of its end. */
    private static final int EXPIRES_SOON_SECONDS = 2 * MUTE_VISIT_SECONDS + 1;

    /** {@link FlowTotals#flags}: the kernel will not tell of its end. */
    static final int MUTE = 1;
    /** The kernel does not list it any more, and perhaps its end is still to be read. */
    static final int GONE = 2;

    private final Share share;
    private final FlowClock clock;
    private final @Nullable MarkMatch mark;
    private boolean reportEmpty;
    private long dueNanos;
    private final ConntrackStats stats;
    private final FlowTotals totals;
    private final Environment environment;
    private final ToldEnds ended;
    private final DeltaRecords records;

    /** Flows that began before this and are not in the table were counted by nobody: what they have is where we begin. */
    private final long baselineNanos;

    /** Nobody has met the flows that are there. */
    private final boolean firstStart;

    private GoneFlows gone = (ctx, flow) -> {};
    private boolean firstLapIsOver;
    private int lap;
    private boolean lapReports;
    private long lapReportedNanos;
    private int walkReason = FlowEndReason.ACTIVE_TIMEOUT;
    private boolean everyFlowIsDue;

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
        adopt(config);
        this.stats = stats;
        this.totals = totals;
        this.environment = environment;
        Opening.Resumed resumed = totals.opening() instanceof Opening.Resumed before ? before : null;
        this.ended = new ToldEnds(
                clock,
                share.of(config.maxFlows()),
                resumed == null ? 0 : TimeUnit.MILLISECONDS.toNanos(resumed.lastUsedMillis()));
        this.firstStart = resumed == null && config.firstStart() == FirstStart.BASELINE;
        long began = resumed == null ? clock.unixNanos() : TimeUnit.MILLISECONDS.toNanos(resumed.createdMillis());
        this.baselineNanos = config.firstStart() == FirstStart.EXPORT ? 0 : began;
        this.records = new DeltaRecords(clock, totals, stats, environment);
        stats.seen = totals.size();
    }

    final void adopt(ConntrackSourceConfig config) {
        reportEmpty = config.emptyFlows() == EmptyFlows.REPORT;
        // Laps are not exactly an active-timeout apart.
        dueNanos = config.activeTimeout().toNanos() / 2;
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
        firstLapIsOver = true;
        everyFlowIsDue = false;
        walkReason = FlowEndReason.ACTIVE_TIMEOUT;
        ended.forget(environment.everyEndHasCome());
        environment.lapEnded(lap);
        gone.lapEnded();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ConntrackMessage entry) || !share.has(entry.id())) {
            // A dump lists the other readers' flows as well.
            ctx.fireChannelRead(message);
        } else if (mark != null && !mark.matches(entry.mark()) && totals.find(entry) == FlowTotals.NONE) {
            // One that we have is followed to its end, whatever its mark is now.
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
        } else if (totals.lap(slot) == (lap & 0xffff)) {
            if (!records.isGrown(slot, entry)) {
                // Older than what was read of it meanwhile.
                return;
            }
            due = everyFlowIsDue;
        } else {
            due = everyFlowIsDue || lapReports;
        }
        due |= mayEndUnseen(slot, entry);
        totals.lap(slot, lap);
        totals.flags(slot, totals.flags(slot) & ~GONE);
        if (due && records.hasNews(slot, entry)) {
            records.onTheWay(ctx, slot, entry, now, walkReason);
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
        return baselineNanos > 0
                && (entry.hasStart() ? entry.startNanos() < baselineNanos : firstStart && !firstLapIsOver);
    }

    private boolean isMute(ConntrackMessage entry) {
        long before = environment.muteBeforeNanos();
        return before == Long.MAX_VALUE
                || (entry.hasStart() ? entry.startNanos() < before : before > 0 && !firstLapIsOver);
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
        } else if (records.hasNews(slot, entry)) {
            records.end(ctx, slot, entry);
        } else if (reportEmpty && DeltaRecords.isEmpty(entry)) {
            totals.remove(slot);
            records.whole(ctx, entry);
        } else {
            stats.empty++;
            totals.remove(slot);
        }
    }

    /** No walk has met it, or there was no room for it. */
    private void destroyedUnmet(ChannelHandlerContext ctx, ConntrackMessage entry) {
        stats.seen++;
        boolean empty = DeltaRecords.isEmpty(entry);
        if (empty ? !reportEmpty : isFromBefore(entry)) {
            if (empty) {
                stats.empty++;
            } else {
                stats.fromBefore++;
            }
            return;
        }
        // Through the table, so that a process that is killed before it has sent this leaves a trace of it.
        long slot = empty || !totals.outlivesProcess()
                ? FlowTotals.NONE
                : totals.insert(entry, records.startNanos(entry), lap);
        if (slot == FlowTotals.NONE) {
            records.whole(ctx, entry);
        } else {
            records.end(ctx, slot, entry);
        }
    }

    /** The kernel lists the flow no more, and nobody has told of its end, nor will. */
    void vanished(ChannelHandlerContext ctx, long slot) {
        stats.ended++;
        stats.unwatched++;
        ended.add(totals.flow(slot));
        gone.gone(ctx, totals.flow(slot));
        records.gone(ctx, slot, reportEmpty);
    }

    /** The process before this one was killed with the flow's last record packed. */
    void reportUnsent(ChannelHandlerContext ctx, UnsentEnd end) {
        // If nothing is left of it, the walk will find that the flow is gone.
        if (records.unsent(ctx, end)) {
            stats.ended++;
            stats.unsentEnds++;
        }
    }

    /** Has {@code flows} told of each that {@link #vanished} is about, before its record. */
    void whenGone(GoneFlows flows) {
        gone = flows;
    }

    DeltaRecords records() {
        return records;
    }

    void close() {
        ended.close();
    }
}
