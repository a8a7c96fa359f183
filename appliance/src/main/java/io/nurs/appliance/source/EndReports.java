package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** {@code accounting: end}: flows are reported when they end, and only then. */
record EndReports(ConntrackAccounting accounting, EventLoop loop) implements Reports {
    @Override
    public ChannelHandler handler() {
        return accounting;
    }

    @Override
    public void begin() {}

    @Override
    public void schedule() {}

    @Override
    public Future<Void> last() {
        return loop.newSucceededFuture(null);
    }

    @Override
    public void close() {}
}
