package io.nurs.appliance.output;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.nurs.flow.FlowEncoder;
import java.nio.channels.ClosedChannelException;

/**
 * Stands behind the encoder, so that it sees records before they are packed: where a file is full, what is packed still
 * goes into it, and the next one begins with this record, as a session of its own with templates first.
 */
final class FileSessions extends ChannelDuplexHandler {
    private final MessageFileChannel channel;
    private final FlowEncoder encoder;

    FileSessions(MessageFileChannel channel, FlowEncoder encoder) {
        this.channel = channel;
        this.encoder = encoder;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (channel.isFull()) {
            begin(ctx);
        }
        ctx.write(message, promise);
    }

    /** Whoever owns the channel flushes it on a tick, which is often enough to look at the clock. */
    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (channel.isRotationDue()) {
            begin(ctx);
        } else {
            ctx.flush();
        }
    }

    private void begin(ChannelHandlerContext ctx) {
        ctx.flush();
        channel.rotate();
        encoder.newSession();
    }

    /** The channel has counted what was dropped, and said why. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof MessageDroppedException || cause instanceof ClosedChannelException)) {
            ctx.fireExceptionCaught(cause);
        }
    }
}
