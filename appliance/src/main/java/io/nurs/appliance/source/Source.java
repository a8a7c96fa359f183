package io.nurs.appliance.source;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetworkNamespace;
import java.util.Map;

/**
 * One reader of one source: what the kernel tells it goes, on its event loop, to the {@link FlowSink} it was opened with. It stops in
 * three steps, so that several make their last reports at a time, and what they were sent can be put on record when collectors
 * have been closed: {@link #beginStop}, {@link #stop}, {@link #close}.
 */
public sealed interface Source permits ConntrackSource, AbstractSource {
    /** The source's name, with the reader's number if it has several. */
    String name();

    /** The source's name alone. */
    String sourceName();

    /** Which of the source's readers, from 0. */
    int reader();

    /** Whose kernel objects it reads. */
    NetworkNamespace namespace();

    /** Where all of it runs. */
    EventLoop eventLoop();

    /** The channels by what they bring. */
    Map<String, NetlinkChannel> channels();

    /** Whether its sockets are open. For any thread. */
    default boolean isBound() {
        return channels().values().stream().allMatch(NetlinkChannel::isOpen);
    }

    /** Goes on with another configuration, which the one before {@link SourceConfig#canBecome can become}. */
    void adopt(SourceConfig next);

    /** Reports what there is as soon as it can, whenever that were due. */
    void reportNow();

    /** Begins the last report. */
    Future<Void> beginStop();

    /** Makes the last report, and stops reading. Takes no longer than a bound of its own, from {@link #beginStop} on. Not on the event loop. */
    void stop() throws InterruptedException;

    /** After the collectors have been closed: what they were sent is on record then. */
    void close() throws InterruptedException;
}
