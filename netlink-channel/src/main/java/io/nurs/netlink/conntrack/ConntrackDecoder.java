package io.nurs.netlink.conntrack;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link ConntrackMessage} at each entry in turn. Messages of other kinds end here, counted. */
public final class ConntrackDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final ConntrackMessage entry = new ConntrackMessage();

    public ConntrackDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)) {
            ctx.fireChannelRead(read);
        } else if (!isEntry(message)) {
            stats.countUnknown();
        } else if (!message.hasNetfilterHeader() || !entry.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(entry);
        }
    }

    private static boolean isEntry(NetlinkMessage message) {
        return message.subsystem() == ConntrackAttribute.NFNL_SUBSYS_CTNETLINK
                && (message.subsystemType() == ConntrackAttribute.IPCTNL_MSG_CT_NEW
                        || message.subsystemType() == ConntrackAttribute.IPCTNL_MSG_CT_DELETE);
    }
}
