package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.nurs.appliance.output.Spool;

/** What links have in common. */
final class Links {
    private Links() {}

    /** Whether the other end has all that was written to the channel. */
    static boolean isIdle(Channel channel) {
        return channel.bytesBeforeUnwritable() >= channel.config().getWriteBufferHighWaterMark();
    }

    static long lost(Spool spool) {
        return spool.stats().droppedMessages() + spool.stats().lostInFlightMessages();
    }
}
