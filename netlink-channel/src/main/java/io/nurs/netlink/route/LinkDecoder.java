package io.nurs.netlink.route;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link LinkMessage} at each link in turn. Other messages of rtnetlink end here, counted. */
public final class LinkDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final LinkMessage link = new LinkMessage();

    public LinkDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)) {
            ctx.fireChannelRead(read);
        } else if (!LinkMessage.isLink(message)) {
            stats.countUnknown();
        } else if (!link.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(link);
        }
    }
}
