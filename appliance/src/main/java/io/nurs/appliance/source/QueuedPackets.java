package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.policy.QueuedPacket;

/** Makes records of packets that have been decided on, if there is anybody to send them to. */
final class QueuedPackets extends ChannelInboundHandlerAdapter {
    private final FlowSink sink;

    QueuedPackets(FlowSink sink) {
        this.sink = sink;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof QueuedPacket packet)) {
            ctx.fireChannelRead(read);
        }
    }
}
