package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.policy.QueuedPacket;

/** Makes records of packets that have been decided on, if there is anybody to send them to. */
final class QueuedPackets extends ChannelInboundHandlerAdapter {
    // NF_VERDICT_MASK, linux/netfilter.h: what stands above it is the number of a queue.
    private static final int VERDICT_MASK = 0xff;

    private final FlowSink sink;
    private final ObservedPacket observed = new ObservedPacket();

    QueuedPackets(FlowSink sink) {
        this.sink = sink;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof QueuedPacket packet)) {
            ctx.fireChannelRead(read);
        } else if (sink.hasReaders()) {
            ctx.fireChannelRead(observed.point(packet.message(), packet.verdict() & VERDICT_MASK));
        }
    }
}
