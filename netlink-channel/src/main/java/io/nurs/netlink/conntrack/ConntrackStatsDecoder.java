package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/**
 * Points its one {@link ConntrackCpuStats} at each CPU's counters in turn, its one {@link ConntrackExpectationStats} likewise,
 * and its one {@link ConntrackTableStats} at the table's. Stands before {@link ConntrackDecoder}, which has the rest.
 */
public final class ConntrackStatsDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final ConntrackCpuStats cpu = new ConntrackCpuStats();
    private final ConntrackTableStats table = new ConntrackTableStats();
    private final ConntrackExpectationStats expectations = new ConntrackExpectationStats();

    public ConntrackStatsDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)) {
            ctx.fireChannelRead(read);
        } else if (is(message, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS_CPU)) {
            pass(ctx, cpu, message.hasNetfilterHeader() && cpu.wrap(message));
        } else if (is(message, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS)) {
            pass(ctx, table, message.hasNetfilterHeader() && table.wrap(message));
        } else if (is(message, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_EXP_GET_STATS_CPU)) {
            // Asked of CTNETLINK_EXP, answered by the wrong subsystem, whose type 3 is only asked (measured on 6.18).
            pass(ctx, expectations, message.hasNetfilterHeader() && expectations.wrap(message));
        } else {
            ctx.fireChannelRead(read);
        }
    }

    private static boolean is(NetlinkMessage message, int subsystem, int type) {
        return message.subsystem() == subsystem && message.subsystemType() == type;
    }

    private void pass(ChannelHandlerContext ctx, Object view, boolean wellFormed) {
        if (wellFormed) {
            ctx.fireChannelRead(view);
        } else {
            stats.countMalformed();
        }
    }
}
