package io.nurs.netlink.nfacct;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link NfacctMessage} at each accounting object in turn. Other messages of the subsystem end here, counted. */
public final class NfacctDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final NfacctMessage object = new NfacctMessage();

    public NfacctDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message) || message.subsystem() != NfacctAttribute.NFNL_SUBSYS_ACCT) {
            ctx.fireChannelRead(read);
        } else if (message.subsystemType() != NfacctAttribute.NFNL_MSG_ACCT_NEW) {
            stats.countUnknown();
        } else if (!message.hasNetfilterHeader() || !object.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(object);
        }
    }
}
