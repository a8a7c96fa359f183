package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.appliance.config.NatEventsConfig;
import io.nurs.appliance.nat.NatBook;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.StoredFlow;
import io.nurs.netlink.conntrack.ConntrackCpuStats;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code events: nat}: finds the begin and the end of each translated session, once each, and fires what is to be logged of it
 * through the pipeline, ahead of the entry itself. A begin is told by NEW; one whose NEW was lost, or that was there before us, by
 * a walk that meets it, or with its end. An end is told by DESTROY, or given up for gone by {@code accounting: delta}.
 *
 * <p>Sits before the accounting in the pipelines of all of a source's channels, which share a loop. Takes out of them what it
 * alone has asked for: NEW events, which carry no counters, and the table's counters.
 */
@ChannelHandler.Sharable
final class NatLog extends ChannelInboundHandlerAdapter implements GoneFlows, AutoCloseable {
    private final Share share;
    private final FlowClock clock;
    private final @Nullable MarkMatch mark;
    private final NatStats stats = new NatStats();
    private final NatBook book;
    private final ToldEnds ended;
    private final NatTableWatch watch;
    /** Live ones whose begin was logged, by their tuples; null where nobody looks for those that are gone. */
    private final @Nullable FlowTotals sessions;

    private IntConsumer sweep = lap -> {};
    private int lap = 1;

    NatLog(ConntrackSourceConfig config, NatEventsConfig events, Share share, FlowClock clock) {
        this.share = share;
        this.clock = clock;
        this.mark = config.mark();
        int most = share.of(config.maxFlows());
        this.book = new NatBook(events.blockPorts(), most, stats);
        this.ended = new ToldEnds(clock, most, 0);
        this.sessions = config.accounting() == Accounting.DELTA ? FlowTotals.inMemory(most) : null;
        this.watch = new NatTableWatch(events.thresholdPercent(), clock);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case ConntrackMessage entry -> {
                if (share.has(entry.id()) && book.read(entry.id(), entry.original(), entry.reply(), entry.zone())) {
                    translated(ctx, entry);
                }
                if (entry.kind() != ConntrackMessage.Kind.NEW) {
                    ctx.fireChannelRead(entry);
                }
            }
            case ConntrackCpuStats counters -> watch.add(counters);
            default -> ctx.fireChannelRead(message);
        }
    }

    private void translated(ChannelHandlerContext ctx, ConntrackMessage entry) {
        boolean live = book.isLive();
        if (!live && mark != null && !mark.matches(entry.mark())) {
            // One that was logged is followed to its end, whatever its mark is now.
            return;
        }
        switch (entry.kind()) {
            case NEW -> {
                if (live) {
                    stats.countRepeated();
                } else {
                    create(ctx, entry, entry.hasEventTime() ? entry.eventNanos() : clock.unixNanos());
                }
            }
            case DUMPED -> {
                // A dump lists entries that ended after its datagram was built: they are over, whatever it says.
                if (live) {
                    met(entry);
                } else if (!ended.contains(entry)) {
                    create(ctx, entry, startNanos(entry));
                }
            }
            case DESTROY -> destroyed(ctx, entry, live);
            case UPDATE -> {
                // Not subscribed to, and a translation never changes.
            }
        }
    }

    private void create(ChannelHandlerContext ctx, ConntrackMessage entry, long nanos) {
        book.create(ctx, nanos);
        if (sessions != null && book.isLive()) {
            sessions.insert(entry, nanos, lap);
        }
    }

    private void met(ConntrackMessage entry) {
        long slot = sessions == null ? FlowTotals.NONE : sessions.find(entry);
        if (sessions != null && slot != FlowTotals.NONE) {
            sessions.lap(slot, lap);
            sessions.flags(slot, 0);
        }
    }

    private void remove(long slot) {
        if (sessions != null && slot != FlowTotals.NONE) {
            sessions.remove(slot);
        }
    }

    private void destroyed(ChannelHandlerContext ctx, ConntrackMessage entry, boolean live) {
        boolean first = ended.addIfNew(entry);
        if (!live && (!first || ended.isForgotten(entry))) {
            stats.countRepeated();
            return;
        }
        remove(sessions == null ? FlowTotals.NONE : sessions.find(entry));
        long stop = entry.hasStop() ? entry.stopNanos() : clock.unixNanos();
        book.delete(ctx, entry.hasStart() ? entry.startNanos() : stop, stop);
    }

    private long startNanos(ConntrackMessage entry) {
        return entry.hasStart() ? entry.startNanos() : clock.unixNanos();
    }

    /** What is known of its end is that it has been. */
    @Override
    public void gone(ChannelHandlerContext ctx, StoredFlow flow) {
        if (book.read(flow.id(), flow.original(), flow.reply(), flow.zone())) {
            if (!book.isLive() && ended.isGivenUp(flow)) {
                return;
            }
            ended.add(flow);
            remove(sessions == null ? FlowTotals.NONE : sessions.find(flow));
            long now = clock.unixNanos();
            // One that was never logged is from the state file: it ended while nobody watched.
            book.delete(ctx, flow.startNanos() == 0 ? now : flow.startNanos(), now);
        }
    }

    @Override
    public void lapEnded() {
        sweep.accept(lap++);
    }

    /** Has {@code missing} look for those {@link #live} that a lap, of this number, has not met. */
    void whenLapEnds(IntConsumer missing) {
        sweep = missing;
    }

    /** One of {@link #live} is gone, and the accounting did not know it: no walk has met it, or not with these counters. */
    void vanished(ChannelHandlerContext ctx, long slot) {
        if (sessions == null) {
            return;
        }
        StoredFlow flow = sessions.flow(slot);
        if (book.read(flow.id(), flow.original(), flow.reply(), flow.zone()) && book.isLive()) {
            ended.add(flow);
            // The accounting may come to the same conclusion.
            ended.addGivenUp(flow);
            long now = clock.unixNanos();
            book.delete(ctx, now, now);
        }
        sessions.remove(slot);
    }

    /** What {@link #vanished} is about; null where nobody looks for those that are gone. */
    @Nullable
    FlowTotals live() {
        return sessions;
    }

    /**
     * Looks at how full the table is; once a second.
     *
     * @param ctx this handler's own, in any of its pipelines
     */
    void look(ChannelHandlerContext ctx, long entries, long maxEntries) {
        NatEvent event = watch.look(entries, maxEntries, book.onlyOutsideAddress());
        while (event != null) {
            book.tell(ctx, event);
            event = watch.look(entries, maxEntries, book.onlyOutsideAddress());
        }
    }

    /** The counters that were asked for are all here. */
    void counted() {
        watch.counted();
    }

    /** They are not, and will not be. */
    void forgetCounters() {
        watch.forgetCounters();
    }

    /** @param everyEndHasCome whether all ends that the kernel has told, or will tell again for our sake, have been read */
    void forget(boolean everyEndHasCome) {
        ended.forget(everyEndHasCome);
    }

    NatStats stats() {
        return stats;
    }

    int sessions() {
        return book.sessions();
    }

    @Override
    public void close() {
        ended.close();
        if (sessions != null) {
            sessions.close();
        }
    }
}
