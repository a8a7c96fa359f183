package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import org.jspecify.annotations.Nullable;

/** One way of {@code accounting}: what a source reports when, and the handler that makes flows of entries. */
interface Reports {
    /** For the pipelines of all channels. */
    ChannelHandler handler();

    /** Adds what stands behind that handler in the pipelines of its channels for dumps and for single entries, if anything. */
    default void addHandlers(FlowSink sink) {}

    /** Has {@code flows} told of those that are given up for gone, if this way finds out. */
    default void whenGone(GoneFlows flows) {}

    /** Before the first event is read. Not on the event loop. */
    void begin() throws StartException, InterruptedException;

    /** Reports live flows now and then; on the event loop. */
    void schedule();

    /** Reports live flows out of turn; on the event loop. */
    void now();

    /** Ends of flows will not be told: finds out which, if it can. On the event loop. */
    void eventsWereLost();

    /** On the event loop, where it is even between any two tasks. */
    FlowLedger ledger();

    /** How the walk through the table gets on, for any thread; null without one. */
    default @Nullable WalkProgress walk() {
        return null;
    }

    /** Goes on with what {@link ConntrackSourceConfig#canBecome} allows to change; on the event loop. */
    default void adopt(ConntrackSourceConfig config) {}

    /** Ends what {@link #schedule} began, with a last report of live flows if one is due at a stop. Never fails. */
    Future<Void> last();

    /** Lets go of what it holds, when the channels are closed. */
    void close();
}
