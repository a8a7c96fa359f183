package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.nftables.NftablesTrace;

/** Hands on each step of a traced packet with what is known of the packet, in its one {@link NftablesStep}: there may be very many. */
final class NftablesTraces extends ChannelInboundHandlerAdapter {
    private final NftablesStep step = new NftablesStep();
    private final NftablesStats stats;

    NftablesTraces(NftablesStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof NftablesTrace trace)) {
            ctx.fireChannelRead(message);
        } else if (NftablesStep.isShown(trace)) {
            stats.steps++;
            ctx.fireChannelRead(step.of(trace, System.currentTimeMillis()));
        }
    }
}
