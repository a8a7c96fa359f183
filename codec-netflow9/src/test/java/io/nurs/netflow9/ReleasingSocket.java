package io.nurs.netflow9;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/** Stands where the socket is, and is done with every datagram at once. */
public final class ReleasingSocket extends ChannelOutboundHandlerAdapter {
    public long bytes;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf datagram = (ByteBuf) message;
        bytes += datagram.readableBytes();
        datagram.release();
        promise.trySuccess();
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {}
}
