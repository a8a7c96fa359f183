package io.nurs.netlink.conntrack;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link ConntrackCpuStats} at each CPU's counters in turn. Stands before {@link ConntrackDecoder}, which has the rest. */
public final class ConntrackCpuStatsDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final ConntrackCpuStats counters = new ConntrackCpuStats();

    public ConntrackCpuStatsDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)
                || message.subsystem() != ConntrackAttribute.NFNL_SUBSYS_CTNETLINK
                || message.subsystemType() != ConntrackAttribute.IPCTNL_MSG_CT_GET_STATS_CPU) {
            ctx.fireChannelRead(read);
        } else if (!message.hasNetfilterHeader() || !counters.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(counters);
        }
    }
}
