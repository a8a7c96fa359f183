package io.nurs.netlink.nftables;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link NftablesMessage} at each rule in turn. Other messages of nf_tables end here, counted. */
public final class NftablesDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final NftablesMessage rule = new NftablesMessage();

    public NftablesDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)
                || message.subsystem() != NftablesAttribute.NFNL_SUBSYS_NFTABLES) {
            ctx.fireChannelRead(read);
        } else if (message.subsystemType() != NftablesAttribute.NFT_MSG_NEWRULE) {
            stats.countUnknown();
        } else if (!message.hasNetfilterHeader() || !rule.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(rule);
        }
    }
}
