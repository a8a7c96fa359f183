package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where a spool's messages leave: down its own pipeline into a datagram socket, or into the connection that there is. */
final class SpoolOutlet {
    private final boolean stream;
    private final SpoolSequence sequence = new SpoolSequence();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Channel connection;

    SpoolOutlet(boolean stream) {
        this.stream = stream;
    }

    boolean isStream() {
        return stream;
    }

    void addedTo(ChannelHandlerContext ctx) {
        context = ctx;
    }

    ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the spool is in no pipeline");
        }
        return ctx;
    }

    void connected(Channel to) {
        connection = to;
        sequence.begin();
    }

    void disconnected() {
        connection = null;
    }

    /** A connection that is slow has a backlog; a datagram socket is never slow for long. */
    boolean isFast() {
        return !stream || isWritable();
    }

    boolean isWritable() {
        if (!stream) {
            return context().channel().isWritable();
        }
        Channel to = connection;
        return to != null && to.isWritable();
    }

    /** @param records data records of the message */
    void write(ByteBuf message, int records, ChannelFutureListener listener) {
        Channel to = connection;
        if (!stream) {
            ChannelHandlerContext ctx = context();
            ctx.write(message, ctx.newPromise().addListener(listener));
        } else if (to != null) {
            sequence.renumber(message, records);
            to.write(message, to.newPromise().addListener(listener));
        } else {
            message.release();
        }
    }

    void flush() {
        Channel to = connection;
        if (!stream) {
            context().flush();
        } else if (to != null) {
            to.flush();
        }
    }

    /** Of a datagram socket. */
    void clearErrors() {
        if (!stream) {
            ErrorQueue.clear(context().channel());
        }
    }

    void schedule(Runnable task, long millis) {
        context().executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
}
