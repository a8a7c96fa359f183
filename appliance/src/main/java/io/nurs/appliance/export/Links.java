package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.nurs.appliance.output.Spool;

/** What links have in common. */
final class Links {
    private Links() {}

    /** Whether the other end has all that was written to the channel. */
    static boolean isIdle(Channel channel) {
        return channel.bytesBeforeUnwritable() >= channel.config().getWriteBufferHighWaterMark();
    }

    /** As the channel accounts for them, for any thread; 0 if it is closed. */
    static long queuedBytes(Channel channel) {
        if (!channel.isOpen()) {
            return 0;
        }
        WriteBufferWaterMark mark = channel.config().getWriteBufferWaterMark();
        long free = channel.bytesBeforeUnwritable();
        return Math.max(0, free > 0 ? mark.high() - free : mark.low() + channel.bytesBeforeWritable());
    }

    static long lost(Spool spool) {
        return spool.stats().droppedMessages() + spool.stats().lostInFlightMessages();
    }
}
