package io.nurs.appliance.export;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.nurs.flow.FlowEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Counts messages that were encoded and went nowhere, and the records in them. Stands in front of the encoder. A message that was
 * written with a void promise costs no object: a channel answers for its messages in order, so one promise serves all.
 */
final class LostRecords extends ChannelOutboundHandlerAdapter {
    /** More than an encoder has buffers. */
    private static final int SIZE = 1024;

    private final FlowEncoder encoder;
    private final int[] inFlight = new int[SIZE];
    private int head;
    private int size;
    private @Nullable Answers answers;
    private long before;
    private long messages;
    private long records;

    LostRecords(FlowEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        answers = new Answers(ctx.channel());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf)) {
            ctx.write(message, promise);
            return;
        }
        long after = encoder.stats().flowRecords();
        int inside = (int) (after - before);
        before = after;
        Answers shared = answers;
        if (promise.isVoid() && shared != null && size < SIZE) {
            inFlight[(head + size++) & (SIZE - 1)] = inside;
            ctx.write(message, shared);
        } else {
            ctx.write(message, promise.unvoid().addListener(written -> {
                if (!written.isSuccess()) {
                    lost(inside);
                }
            }));
        }
    }

    private void lost(int inside) {
        messages++;
        records += inside;
    }

    private int next() {
        int inside = inFlight[head];
        head = (head + 1) & (SIZE - 1);
        size--;
        return inside;
    }

    long messages() {
        return messages;
    }

    long records() {
        return records;
    }

    /** Takes the answer for one message after the other, and is never done. Fires what a void promise fires. */
    private final class Answers extends DefaultChannelPromise {
        Answers(Channel channel) {
            super(channel);
        }

        @Override
        public boolean setUncancellable() {
            return true;
        }

        @Override
        public boolean isDone() {
            return false;
        }

        @Override
        public boolean trySuccess(@Nullable Void result) {
            next();
            return true;
        }

        @Override
        public boolean trySuccess() {
            return trySuccess(null);
        }

        @Override
        public ChannelPromise setSuccess(@Nullable Void result) {
            trySuccess(null);
            return this;
        }

        @Override
        public ChannelPromise setSuccess() {
            return setSuccess(null);
        }

        @Override
        public boolean tryFailure(Throwable cause) {
            lost(next());
            if (channel().isRegistered()) {
                channel().pipeline().fireExceptionCaught(cause);
            }
            return true;
        }

        @Override
        public ChannelPromise setFailure(Throwable cause) {
            tryFailure(cause);
            return this;
        }
    }
}
