package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.StoredFlow;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel for single entries: for those that a lap has not met, to know whether they are gone, and now and then for mute
 * ones, of whose end it will not tell. One that is gone is given up once its end cannot come any more.
 *
 * <p>Sits in the pipeline of a channel of its own, behind the accounting, which takes in what the kernel answers.
 */
final class MissingFlows extends ChannelInboundHandlerAdapter {
    private static final long TICK_MILLIS = 50;
    /** Slots looked at in one go. */
    private static final int SCANNED = 512;
    /** And so many times at most, or hits, in one turn of the loop. */
    private static final int SCANS = 256;
    /**
     * Asked in one go: their answers, 2,112 octets each at most, fit the usual receive buffer.
     */
    private static final int AT_ONCE = 64;
    /** Mute flows are asked for at this rate at most: with very many of them each is asked less often. */
    private static final int MUTE_A_TICK = 256;

    private static final long LONGEST_ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Waiting to be given up; then no more are asked for. */
    private static final int MOST_GONE = 1 << 16;

    private final FlowTotals totals;
    private final Vanished accounting;
    private final EventBacklog backlog;
    private final FlowSink sink;
    private final ConntrackStats stats;
    private final boolean visitsMute;
    private final Queue<Gone> gone = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> tick;
    private boolean stopped;

    private int missingUnderWay;
    private int muteUnderWay;
    /** Answers of one before are not waited for any more. */
    private int generation;

    private long askedNanos;
    private int lap;
    private long sweepCursor = -1;
    private boolean sweepAgain;
    private long muteCursor = -1;
    private int muteInTick;
    private long muteVisitNanos = System.nanoTime();

    /** Who takes a flow that is given up out of the totals. */
    interface Vanished {
        void vanished(ChannelHandlerContext ctx, long slot);
    }

    /** @param missing whether the answer has to bring this very flow, not another with its tuple */
    private record Asked(long slot, int id, long startNanos, boolean missing, int generation) {}

    /** The kernel had no such entry at a time of System.nanoTime. */
    private record Gone(long slot, int id, long startNanos, long atNanos) {}

    /** @param visitsMute false where each lap visits them often enough */
    MissingFlows(
            FlowTotals totals,
            Vanished accounting,
            EventBacklog backlog,
            FlowSink sink,
            ConntrackStats stats,
            boolean visitsMute) {
        this.totals = totals;
        this.accounting = accounting;
        this.backlog = backlog;
        this.sink = sink;
        this.stats = stats;
        this.visitsMute = visitsMute;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** On the event loop. */
    void start() {
        ChannelHandlerContext ctx = context();
        tick = ctx.executor().scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        stopped = true;
        if (tick != null) {
            tick.cancel(false);
        }
    }

    /** Looks for flows that this lap, now at its end, has not met. */
    void sweep(int endedLap) {
        lap = endedLap;
        if (sweepCursor < 0) {
            sweepCursor = 0;
            askForMissing();
        } else {
            sweepAgain = true;
        }
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("in no pipeline");
        }
        return context;
    }

    private void tick() {
        giveUp();
        giveUpAnswers();
        askForMissing();
        muteInTick = 0;
        askForMute();
    }

    private void giveUp() {
        backlog.look();
        for (Gone first = gone.peek();
                first != null && backlog.isReadUpTo(first.atNanos) && makeRoom();
                first = gone.peek()) {
            gone.remove();
            // Its end may have come after all, and another flow in its place; or a dump has listed it.
            if (totals.holds(first.slot, first.id, first.startNanos)
                    && (totals.flags(first.slot) & DeltaAccounting.GONE) != 0) {
                accounting.vanished(context(), first.slot);
            }
        }
    }

    /** Each question is answered at once, unless there was no room for the answer: then it never is. */
    private void giveUpAnswers() {
        long since = System.nanoTime() - askedNanos;
        if (missingUnderWay + muteUnderWay > 0 && since > LONGEST_ANSWER_NANOS && sink.takesMore()) {
            generation++;
            missingUnderWay = 0;
            muteUnderWay = 0;
        }
    }

    private boolean makeRoom() {
        if (totals.needsSend()) {
            sink.sendAll();
        }
        return sink.takesMore() && !totals.needsSend();
    }

    private void askForMissing() {
        if (stopped || sweepCursor < 0 || missingUnderWay > 0 || gone.size() >= MOST_GONE) {
            return;
        }
        for (int scans = 0; sweepCursor >= 0 && missingUnderWay < AT_ONCE && scans < SCANS; scans++) {
            long hit = totals.nextOlderThan(sweepCursor, lap, SCANNED);
            sweepCursor = hit >= 0 ? hit + 1 : next(~hit);
            askUnlessGone(hit, true);
        }
        if (missingUnderWay > 0) {
            context().flush();
        } else if (sweepCursor >= 0) {
            askForMore(true);
        }
    }

    /** Others of the loop get their turn in between. */
    private void askForMore(boolean missing) {
        context().executor().execute(missing ? this::askForMissing : this::askForMute);
    }

    /** The table's end, 0, is the sweep's, unless a lap has ended meanwhile. */
    private long next(long cursor) {
        if (cursor > 0) {
            return cursor;
        }
        boolean again = sweepAgain;
        sweepAgain = false;
        return again ? 0 : -1;
    }

    private void askForMute() {
        long now = System.nanoTime();
        long since = TimeUnit.NANOSECONDS.toSeconds(now - muteVisitNanos);
        if (visitsMute && muteCursor < 0 && since >= DeltaAccounting.MUTE_VISIT_SECONDS) {
            muteVisitNanos = now;
            muteCursor = 0;
        }
        if (stopped || muteCursor < 0 || muteUnderWay > 0 || muteInTick >= MUTE_A_TICK) {
            return;
        }
        for (int scans = 0; muteCursor >= 0 && muteUnderWay < AT_ONCE && scans < SCANS; scans++) {
            long hit = totals.nextFlagged(muteCursor, DeltaAccounting.MUTE, SCANNED);
            muteCursor = hit >= 0 ? hit + 1 : ~hit == 0 ? -1 : ~hit;
            askUnlessGone(hit, false);
        }
        muteInTick += muteUnderWay;
        context().flush();
    }

    private void askUnlessGone(long slot, boolean missing) {
        if (slot >= 0 && (totals.flags(slot) & DeltaAccounting.GONE) == 0) {
            ask(slot, missing);
        }
    }

    private void ask(long slot, boolean missing) {
        StoredFlow flow = totals.flow(slot);
        Asked asked = new Asked(slot, flow.id(), flow.startNanos(), missing, generation);
        ChannelHandlerContext ctx = context();
        NetlinkRequest question = ConntrackRequests.get(ctx.alloc(), flow.original(), flow.zone());
        count(missing, 1);
        stats.asked++;
        askedNanos = System.nanoTime();
        ctx.write(question).addListener(answer -> answered(asked, answer.cause()));
    }

    /** How many are under way now. */
    private int count(boolean missing, int more) {
        if (missing) {
            return missingUnderWay += more;
        }
        return muteUnderWay += more;
    }

    private void answered(Asked asked, @Nullable Throwable refusal) {
        if (asked.generation != generation) {
            return;
        }
        boolean none = refusal instanceof Errno errno && errno.number() == Errno.ENOENT;
        boolean other = refusal == null && asked.missing && (short) (totals.lap(asked.slot) - lap) < 0;
        if ((none || other) && totals.holds(asked.slot, asked.id, asked.startNanos)) {
            totals.flags(asked.slot, totals.flags(asked.slot) | DeltaAccounting.GONE);
            gone.add(new Gone(asked.slot, asked.id, asked.startNanos, System.nanoTime()));
        }
        if (count(asked.missing, -1) == 0) {
            askForMore(asked.missing);
        }
    }
}
