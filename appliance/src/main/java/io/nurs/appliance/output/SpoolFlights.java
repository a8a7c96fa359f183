package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the socket has and has not answered for. What it refuses waits again, and with it, in order, what came behind. */
final class SpoolFlights {
    private final FlightRing ring = new FlightRing();
    private final SpoolOutlet outlet;
    private final SpoolBacklog backlog;
    private final SpoolStats stats;
    private final InFlightLoss loss;
    private final Consumer<Throwable> onRefusal;
    private final ChannelFutureListener settled = this::settled;
    private boolean down;
    private boolean closing;

    /** @param onRefusal told before the message waits again */
    SpoolFlights(
            SpoolOutlet outlet,
            SpoolBacklog backlog,
            SpoolStats stats,
            InFlightLoss loss,
            Consumer<Throwable> onRefusal) {
        this.outlet = outlet;
        this.backlog = backlog;
        this.stats = stats;
        this.loss = loss;
        this.onRefusal = onRefusal;
    }

    boolean isFull() {
        return ring.isFull();
    }

    boolean isSettled() {
        return ring.isSettled();
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    /** While the collector is down, what the socket says it has sent is lost. */
    void setDown(boolean isDown) {
        down = isDown;
    }

    /** What fails from now on is lost. */
    void prepareToClose() {
        closing = true;
    }

    void send(ByteBuf message, @Nullable ChannelPromise promise, int records, boolean replayed) {
        ring.addFlying(message.retain(), promise, records, replayed);
        outlet.write(message, records, settled);
    }

    /** Behind what is in flight, which on UDP may have to wait as well, and behind what waits. */
    void queue(ByteBuf message, ChannelPromise promise, int records) {
        if (outlet.isStream() || ring.isSettled()) {
            backlog.keep(message, promise, records);
        } else if (ring.isFull()) {
            backlog.drop(message, promise, records);
        } else {
            ring.addWaiting(message, promise, records);
        }
    }

    /** Of the first one in flight: a socket answers in order. */
    private void settled(ChannelFuture result) {
        ByteBuf message = ring.message();
        ChannelPromise promise = ring.promise();
        int records = ring.records();
        boolean replayed = ring.isReplayed();
        ring.remove();
        if (result.isSuccess()) {
            sent(records, replayed);
            release(message, promise);
        } else {
            failed(message, promise, records, replayed, result.cause());
        }
        while (ring.isSettled() && !ring.isEmpty()) {
            ByteBuf waiting = ring.message();
            ChannelPromise of = ring.promise();
            int recordsOf = ring.records();
            ring.remove();
            backlog.keep(waiting, of, recordsOf);
        }
    }

    private void sent(int records, boolean replayed) {
        stats.replayedMessages += replayed ? 1 : 0;
        if (down) {
            // It left behind one that was refused.
            loss.lost(records);
        } else {
            loss.sent(records);
        }
    }

    private void failed(
            ByteBuf message, @Nullable ChannelPromise promise, int records, boolean replayed, Throwable cause) {
        if (outlet.isStream()) {
            loss.lost(records);
            release(message, promise);
        } else if (closing) {
            // The socket refused it, and the disk takes nothing more.
            stats.dropped(1, message.readableBytes(), records);
            release(message, promise);
        } else if (SocketFailure.isOfMessage(cause)) {
            backlog.drop(message, promise, records);
            outlet.context().fireExceptionCaught(cause);
        } else {
            onRefusal.accept(cause);
            if (replayed) {
                backlog.refused(message, records);
            } else {
                backlog.keep(message, promise, records);
            }
        }
    }

    private static void release(ByteBuf message, @Nullable ChannelPromise promise) {
        message.release();
        if (promise != null) {
            promise.trySuccess();
        }
    }
}
