package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.conntrack.ConntrackMessage;

/** Measures {@link EventLag}: in the pipeline that brings events, behind their decoder. */
final class LagMeter extends ChannelInboundHandlerAdapter {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final EventLag lag;

    LagMeter(EventLag lag) {
        this.lag = lag;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackMessage entry
                && entry.kind() == ConntrackMessage.Kind.DESTROY
                && entry.hasStop()) {
            lag.add(System.currentTimeMillis() - entry.stopNanos() / NANOS_PER_MILLI);
        }
        ctx.fireChannelRead(message);
    }
}
