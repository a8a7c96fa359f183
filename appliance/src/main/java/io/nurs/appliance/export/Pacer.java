package io.nurs.appliance.export;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Spreads bursts: a datagram leaves at once if no more than so many a second do, and waits otherwise. Stands next to the socket.
 *
 * <p>Nothing is dropped here. If the queue is full, its first datagram leaves early. A walk through a table asks
 * {@link #isCrowded()} before it reads on. It is held up for {@link #BUDGET_NANOS} at most; after that datagrams leave as they
 * come, until a minute has passed in which none had to wait.
 */
final class Pacer extends ChannelOutboundHandlerAdapter {
    /** What a collector's socket takes at once: its buffer of 208 KiB holds 92 datagrams of 1472 bytes. */
    private static final int BURST = 32;

    /** Less than an encoder has buffers, so that pacing never makes it drop a record. */
    private static final int SIZE = 256;

    /** Room for what a walk still has in its hands. */
    private static final int CROWDED = 64;

    private static final long TICK_NANOS = Duration.ofMillis(1).toNanos();
    private static final long CALM_NANOS = Duration.ofMinutes(1).toNanos();

    /** The stall budget of other links, twice: nothing is lost while a walk waits. */
    private static final long BUDGET_NANOS = Duration.ofSeconds(10).toNanos();

    private final long intervalNanos;
    private final @Nullable ByteBuf[] messages = new ByteBuf[SIZE];
    private final @Nullable ChannelPromise[] promises = new ChannelPromise[SIZE];
    private int head;
    private int size;
    private long bytes;
    private long earliestNanos = System.nanoTime();
    private long waitedNanos;
    private long budgetNanos = BUDGET_NANOS;
    private long lastTickNanos;
    /** When a datagram last had to wait, or would have had to. */
    private long tooFastNanos = System.nanoTime();

    private boolean ticking;
    private boolean crowded;
    private Runnable whenCalm = () -> {};

    /** @param perSecond at least 1 */
    Pacer(int perSecond) {
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Has {@code action} run each time that it is crowded no longer. */
    void whenCalm(Runnable action) {
        whenCalm = action;
    }

    boolean isCrowded() {
        return crowded;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Octets that wait; for any thread, which may read a moment late. */
    long bytes() {
        return bytes;
    }

    /** A stop has so long for its last walk, and for what waits then. */
    void hurry(Duration left) {
        budgetNanos = Math.min(budgetNanos, waitedNanos + left.toNanos() / 2);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf datagram) || (size == 0 && mayLeave())) {
            ctx.write(message, promise);
            return;
        }
        if (size == SIZE) {
            sendFirst(ctx);
        }
        int at = (head + size++) & (SIZE - 1);
        messages[at] = datagram;
        promises[at] = promise;
        bytes += datagram.readableBytes();
        crowded = size >= CROWDED;
        if (!ticking) {
            begin(ctx);
        }
    }

    private void begin(ChannelHandlerContext ctx) {
        ticking = true;
        lastTickNanos = System.nanoTime();
        tickLater(ctx);
    }

    private void tickLater(ChannelHandlerContext ctx) {
        ctx.executor().schedule(() -> tick(ctx), TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void tick(ChannelHandlerContext ctx) {
        long now = System.nanoTime();
        waitedNanos += now - lastTickNanos;
        lastTickNanos = now;
        while (size > 0 && mayLeave()) {
            sendFirst(ctx);
        }
        ctx.flush();
        if (size > 0) {
            tickLater(ctx);
        } else {
            ticking = false;
        }
        boolean was = crowded;
        crowded = size >= CROWDED;
        if (was && !crowded) {
            whenCalm.run();
        }
    }

    /** After a pause not more than {@link #BURST} at once. */
    private boolean mayLeave() {
        long now = System.nanoTime();
        earliestNanos = Math.max(earliestNanos, now - (BURST - 1) * intervalNanos);
        if (earliestNanos - now <= 0) {
            earliestNanos += intervalNanos;
            return true;
        }
        if (now - tooFastNanos >= CALM_NANOS) {
            waitedNanos = 0;
            budgetNanos = BUDGET_NANOS;
        }
        tooFastNanos = now;
        return waitedNanos >= budgetNanos;
    }

    private void sendFirst(ChannelHandlerContext ctx) {
        ByteBuf message = Objects.requireNonNull(messages[head]);
        ChannelPromise promise = Objects.requireNonNull(promises[head]);
        messages[head] = null;
        promises[head] = null;
        head = (head + 1) & (SIZE - 1);
        size--;
        bytes -= message.readableBytes();
        ctx.write(message, promise);
    }

    private void sendAll(ChannelHandlerContext ctx) {
        while (size > 0) {
            sendFirst(ctx);
        }
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        sendAll(ctx);
        ctx.close(promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        sendAll(ctx);
    }
}
