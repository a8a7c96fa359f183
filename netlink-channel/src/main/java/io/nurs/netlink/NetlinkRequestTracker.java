package io.nurs.netlink;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives each {@link NetlinkRequest} its sequence number, and completes the promise it was written with by the kernel's
 * answer: acknowledged, refused (an {@link Errno}), or, for a dump, done. The control message goes on through the pipeline.
 *
 * <p>The kernel runs one dump at a time on a socket; a second one is refused with EBUSY.
 */
public final class NetlinkRequestTracker extends ChannelDuplexHandler {
    private final Map<Integer, ChannelPromise> pending = new HashMap<>();
    private int lastSequence;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof NetlinkRequest request)) {
            ctx.write(message, promise);
            return;
        }
        // 0 is the sequence number of events.
        int sequence = ++lastSequence == 0 ? ++lastSequence : lastSequence;
        boolean answered = request.isAnswered();
        if (answered) {
            pending.put(sequence, promise);
        }
        ChannelPromise sent = answered ? ctx.newPromise() : promise;
        ctx.write(request.sequence(sequence).buffer(), sent);
        if (answered) {
            sent.addListener(future -> {
                if (!future.isSuccess()) {
                    fail(sequence, future.cause());
                }
            });
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.fireChannelRead(message);
        // After the pipeline has heard it: whoever waits for the answer then finds all that came before it handled.
        switch (message) {
            case NetlinkControl.Acknowledged done -> succeed(done.sequence());
            case NetlinkControl.Done done -> {
                if (done.errno() == 0) {
                    succeed(done.sequence());
                } else {
                    fail(done.sequence(), new Errno("the kernel cut the dump short", done.errno()));
                }
            }
            case NetlinkControl.Failure refused -> {
                String text = refused.message() == null ? "" : " (" + refused.message() + ")";
                fail(refused.sequence(), new Errno("the kernel refused the request" + text, refused.errno()));
            }
            default -> {}
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        for (ChannelPromise promise : pending.values()) {
            promise.tryFailure(new ClosedChannelException());
        }
        pending.clear();
        ctx.fireChannelInactive();
    }

    private void succeed(int sequence) {
        ChannelPromise promise = pending.remove(sequence);
        if (promise != null) {
            promise.trySuccess();
        }
    }

    private void fail(int sequence, Throwable cause) {
        ChannelPromise promise = pending.remove(sequence);
        if (promise != null) {
            promise.tryFailure(cause);
        }
    }
}
