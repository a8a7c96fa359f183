package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.nurs.appliance.totals.StoredFlow;

/** Who is told of flows that are gone and whose end was not seen, on the event loop. */
interface GoneFlows {
    /**
     * The kernel lists the flow no more, and nobody will tell of its end.
     *
     * @param ctx in front of the sink
     * @param flow borrowed
     */
    void gone(ChannelHandlerContext ctx, StoredFlow flow);

    /** A walk has met every entry that was there all the while. */
    default void lapEnded() {}
}
