package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** {@code accounting: end}: flows are reported when they end, and only then. */
record EndReports(ConntrackAccounting accounting, EventLoop loop, ConntrackStats stats, FlowSink sink)
        implements Reports {
    @Override
    public ChannelHandler handler() {
        return accounting;
    }

    @Override
    public void begin() {}

    @Override
    public void schedule() {}

    @Override
    public void now() {}

    /** Nothing is known of flows beyond what the kernel tells. */
    @Override
    public void eventsWereLost() {}

    @Override
    public FlowLedger ledger() {
        return new FlowLedger(stats.seen, 0, stats.ended, sink.exportedEnds(), stats.empty, 0, 0);
    }

    @Override
    public Future<Void> last() {
        return loop.newSucceededFuture(null);
    }

    @Override
    public void close() {}
}
