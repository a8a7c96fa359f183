package io.nurs.netlink.nfqueue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkStats;

/** Points its one {@link NfqueueMessage} at each packet in turn. Messages of other kinds end here, counted. */
public final class NfqueueDecoder extends ChannelInboundHandlerAdapter {
    private final NetlinkStats stats;
    private final NfqueueMessage packet = new NfqueueMessage();

    public NfqueueDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkMessage message)) {
            ctx.fireChannelRead(read);
        } else if (message.subsystem() != NfqueueAttribute.NFNL_SUBSYS_QUEUE
                || message.subsystemType() != NfqueueAttribute.NFQNL_MSG_PACKET) {
            stats.countUnknown();
        } else if (!message.hasNetfilterHeader() || !packet.wrap(message)) {
            stats.countMalformed();
        } else {
            ctx.fireChannelRead(packet);
        }
    }
}
