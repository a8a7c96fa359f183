package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/** Messages that the socket has not answered for yet, in order, and behind them those that wait for that answer. */
final class FlightRing {
    /** As many as an encoder has buffers, and a burst from the disk. */
    private static final int SIZE = 1024;

    private final @Nullable ByteBuf[] messages = new ByteBuf[SIZE];
    private final @Nullable ChannelPromise[] promises = new ChannelPromise[SIZE];
    private final int[] records = new int[SIZE];
    private final boolean[] replayed = new boolean[SIZE];
    private int head;
    private int size;
    private int flying;

    boolean isFull() {
        return size == SIZE;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether the socket has all of them behind it. */
    boolean isSettled() {
        return flying == 0;
    }

    void addFlying(ByteBuf message, @Nullable ChannelPromise promise, int recordCount, boolean isReplayed) {
        add(message, promise, recordCount, isReplayed);
        flying++;
    }

    void addWaiting(ByteBuf message, ChannelPromise promise, int recordCount) {
        add(message, promise, recordCount, false);
    }

    private void add(ByteBuf message, @Nullable ChannelPromise promise, int recordCount, boolean isReplayed) {
        int at = (head + size++) & (SIZE - 1);
        messages[at] = message;
        promises[at] = promise;
        records[at] = recordCount;
        replayed[at] = isReplayed;
    }

    ByteBuf message() {
        ByteBuf message = messages[head];
        if (message == null) {
            throw new IllegalStateException("nothing is in flight");
        }
        return message;
    }

    @Nullable
    ChannelPromise promise() {
        return promises[head];
    }

    int records() {
        return records[head];
    }

    boolean isReplayed() {
        return replayed[head];
    }

    /** The first one is dealt with. Its message is the caller's to release. */
    void remove() {
        messages[head] = null;
        promises[head] = null;
        head = (head + 1) & (SIZE - 1);
        size--;
        flying = Math.max(0, flying - 1);
    }
}
