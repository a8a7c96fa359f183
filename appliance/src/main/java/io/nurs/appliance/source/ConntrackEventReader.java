package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.conntrack.ConntrackMessage;
import org.jspecify.annotations.Nullable;

/** Makes an event of each message: no allocation, nothing kept. */
final class ConntrackEventReader extends ChannelInboundHandlerAdapter {
    private final ConntrackEventStats stats;
    private final FlowClock clock;
    private @Nullable ConntrackEvent event;

    ConntrackEventReader(ConntrackEventStats stats, FlowClock clock) {
        this.stats = stats;
        this.clock = clock;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackMessage entry) {
            stats.count(entry.kind());
            ConntrackEvent borrowed = event;
            if (borrowed == null || !borrowed.entry().equals(entry)) {
                borrowed = event = new ConntrackEvent(entry);
            }
            ctx.fireChannelRead(borrowed.set(clock.unixNanos()));
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
