package io.nurs.netlink.nflog;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;

/** Reads of each packet what an exporter would, and folds it into one number. */
final class NflogReader extends ChannelInboundHandlerAdapter {
    private final PacketHeaders headers = new PacketHeaders();
    long packets;
    long sum;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof NflogMessage packet) {
            packets++;
            sum += packet.mark() + packet.uid() + packet.sequence() + packet.timestampNanos();
            sum += packet.prefixLength() + packet.inputInterface() + packet.outputInterface();
            if (packet.payloadOffset() >= 0) {
                headers.wrapNetwork(packet.memory(), packet.payloadOffset(), packet.payloadLength(), packet.protocol());
                sum += headers.sourceLow() + headers.destinationLow() + headers.sourcePort() + headers.protocol();
                sum += headers.value(PacketField.TCP_FLAGS) + headers.value(PacketField.IPV4_TOTAL_LENGTH);
                sum += headers.payloadLength();
            }
        }
    }
}
