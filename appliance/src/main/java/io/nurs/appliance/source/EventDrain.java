package io.nurs.appliance.source;

import io.netty.channel.EventLoop;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a channel of events: none is lost that the kernel has queued by then.
 *
 * @param name the source's
 */
record EventDrain(ConntrackSourceConfig config, String name, NetlinkChannel events, EventLoop loop) {
    private static final Logger LOG = LoggerFactory.getLogger(EventDrain.class);
    private static final long TICK_MILLIS = 5;

    /**
     * Takes no new events, and waits until those in the queue have been read. Not on the event loop.
     *
     * @param deadline of {@link System#nanoTime()}
     * @return false if that takes too long
     */
    boolean drain(long deadline) throws InterruptedException {
        boolean whole = awaitRepeats(deadline);
        try {
            for (int group : ConntrackSockets.groups(config)) {
                events.leave(group);
            }
        } catch (Errno e) {
            LOG.debug("source {}: cannot leave the group", name, e);
        }
        while (events.queuedBytes() > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(TICK_MILLIS);
        }
        // What has left the queue is handled when the loop has come round.
        loop.submit(() -> {}).sync();
        return whole;
    }

    /** Where events did not fit into the buffer, the kernel will send them again: until it has stopped to, we are not done. */
    private boolean awaitRepeats(long deadline) throws InterruptedException {
        long drops = config.delivery() == Delivery.RELIABLE ? events.kernelDrops() : 0;
        long quietSince = System.nanoTime();
        while (drops > 0 && System.nanoTime() - quietSince < EventBacklog.REPEATED_AFTER_NANOS) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(TICK_MILLIS);
            if (events.kernelDrops() != drops) {
                drops = events.kernelDrops();
                quietSince = System.nanoTime();
            }
        }
        return true;
    }
}
