package io.nurs.appliance.export;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long others wait for a channel that takes nothing. What is waited is used up, and comes back after a minute in which there
 * was nothing to wait for: so a collector that hangs, or is always too slow, holds the others up once and not for ever.
 */
final class Patience extends ChannelInboundHandlerAdapter {
    private static final long CALM_NANOS = Duration.ofMinutes(1).toNanos();

    private final long wholeNanos;
    private final Runnable whenExhausted;
    private long leftNanos;
    private boolean waiting;
    private long changedNanos = System.nanoTime();
    private @Nullable Future<?> end;

    /** @param whenExhausted run each time that patience ends while the channel still takes nothing */
    Patience(Duration whole, Runnable whenExhausted) {
        this.wholeNanos = whole.toNanos();
        this.leftNanos = wholeNanos;
        this.whenExhausted = whenExhausted;
    }

    boolean isExhausted() {
        return leftNanos <= 0;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean blocked = !ctx.channel().isWritable();
        if (blocked && !waiting) {
            begin(ctx);
        } else if (!blocked && waiting) {
            stop();
        }
        ctx.fireChannelWritabilityChanged();
    }

    private void begin(ChannelHandlerContext ctx) {
        long now = System.nanoTime();
        if (now - changedNanos >= CALM_NANOS) {
            leftNanos = wholeNanos;
        }
        changedNanos = now;
        waiting = true;
        end = ctx.executor().schedule(this::exhaust, Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
    }

    private void stop() {
        long now = System.nanoTime();
        leftNanos -= now - changedNanos;
        changedNanos = now;
        waiting = false;
        Future<?> pending = end;
        if (pending != null) {
            pending.cancel(false);
            end = null;
        }
    }

    private void exhaust() {
        if (waiting) {
            leftNanos = 0;
            whenExhausted.run();
        }
    }
}
