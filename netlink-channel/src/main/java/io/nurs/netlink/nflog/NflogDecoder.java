package io.nurs.netlink.nflog;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link NflogMessage} at each packet in turn, of batches too. Messages of other kinds end here, counted. */
public final class NflogDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final NflogMessage packet = new NflogMessage();

    public NflogDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)) {
            ctx.fireChannelRead(read);
        } else if (message.subsystem() != NflogAttribute.NFNL_SUBSYS_ULOG
                || message.subsystemType() != NflogAttribute.NFULNL_MSG_PACKET) {
            stats.countUnknown();
        } else if (!message.hasNetfilterHeader() || !packet.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(packet);
        }
    }
}
