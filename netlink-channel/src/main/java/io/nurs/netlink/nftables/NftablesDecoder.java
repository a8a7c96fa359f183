package io.nurs.netlink.nftables;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/**
 * Points its one {@link NftablesMessage} at each message about the rule set in turn, and its one {@link NftablesTrace} at each
 * step of a traced packet. Other messages of nf_tables end here, counted.
 */
public final class NftablesDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final NftablesMessage change = new NftablesMessage();
    private final NftablesTrace trace = new NftablesTrace();

    public NftablesDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)
                || message.subsystem() != NftablesAttribute.NFNL_SUBSYS_NFTABLES) {
            ctx.fireChannelRead(read);
        } else if (!message.hasNetfilterHeader()) {
            stats.countMalformed();
        } else if (message.subsystemType() == NftablesAttribute.NFT_MSG_TRACE) {
            pass(ctx, trace, trace.wrap(message));
        } else {
            NftablesMessage.Kind kind = NftablesPolicy.kind(message.subsystemType());
            if (kind == null) {
                stats.countUnknown();
            } else {
                pass(ctx, change, change.wrap(message, kind));
            }
        }
    }

    private void pass(ChannelHandlerContext ctx, Object view, boolean wellFormed) {
        if (wellFormed) {
            ctx.fireChannelRead(view);
        } else {
            stats.countMalformed();
        }
    }
}
