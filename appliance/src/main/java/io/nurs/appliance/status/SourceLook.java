package io.nurs.appliance.status;

import io.nurs.appliance.Finding;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.QueueState;
import io.nurs.appliance.source.Source;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one has to look at a source again and again to know: whether its event loop turns, whether its walks come round, what
 * its sysctls are. Written by the thread of {@link StatusWatch}, the turn by the source's event loop.
 */
final class SourceLook {
    private static final Logger LOG = LoggerFactory.getLogger(SourceLook.class);

    private final Source source;
    final long sinceNanos = System.nanoTime();
    private volatile long turnedNanos = sinceNanos;
    private volatile boolean isUnderWay;
    private volatile List<Finding> sysctls = List.of();
    private final Change laps = new Change();
    private final Change failedWalks = new Change();
    private final Change failedReadings = new Change();
    private final Change readings = new Change();
    private final Change losses = new Change();
    final Change missed = new Change();
    final Change refused = new Change();
    final Change failed = new Change();
    final Change loops = new Change();
    final Change userDropped = new Change();
    final Change queueFull = new Change();
    private long timesFull;
    private volatile @Nullable QueueState queue;

    SourceLook(Source source) {
        this.source = source;
    }

    /** Sends one token at a time: a loop that stands still is not given a pile of them. */
    void look() {
        if (source instanceof ConntrackSource conntrack) {
            laps.look(conntrack.stats().dumps());
            failedWalks.look(conntrack.stats().failedDumps());
        } else if (source instanceof PolledSource polled) {
            readings.look(polled.stats().readings());
            failedReadings.look(polled.stats().failed());
            losses.look(
                    polled instanceof NftablesSource source ? source.nftables().lost() : 0);
        } else if (source instanceof NfqueueSource packets) {
            look(packets);
        }
        if (isUnderWay) {
            return;
        }
        isUnderWay = true;
        try {
            source.eventLoop().execute(() -> {
                turnedNanos = System.nanoTime();
                isUnderWay = false;
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("source {}: its event loop has ended", source.name(), e);
        }
    }

    private void look(NfqueueSource packets) {
        QueueState state = packets.state();
        queue = state;
        missed.look(packets.decided().missed());
        refused.look(packets.refused());
        failed.look(packets.decided().failed());
        loops.look(packets.decided().loops());
        if (state != null) {
            userDropped.look(state.userDropped());
            timesFull += state.waiting() >= packets.maxLength() ? 1 : 0;
            queueFull.look(timesFull + state.dropped());
        }
    }

    /** The kernel's figures of a queue; null where it does not tell, and of other sources. */
    @Nullable
    QueueState queue() {
        return queue;
    }

    void lookAtSysctls() {
        try {
            sysctls = switch (source) {
                case ConntrackSource conntrack -> conntrack.sysctlFindings();
                case ConntrackEventSource events -> events.sysctlFindings();
                default -> List.of();
            };
        } catch (IOException e) {
            LOG.debug("source {}: cannot read sysctls", source.name(), e);
        }
    }

    List<Finding> sysctls() {
        return sysctls;
    }

    long secondsSinceTurn() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - turnedNanos);
    }

    long secondsWatched() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
    }

    /** Since a walk through the table ended last, or since the source was first looked at. */
    long secondsSinceLap() {
        return laps.secondsSince();
    }

    /** Since the kernel's counters were read last, or since the source was first looked at. */
    long secondsSinceReading() {
        return readings.secondsSince();
    }

    boolean hasFailedToRead(long seconds) {
        return failedReadings.hasHappenedWithin(seconds);
    }

    /** Whether the kernel could not tell all that it had to. */
    boolean hasLostWithin(long seconds) {
        return losses.hasHappenedWithin(seconds);
    }

    boolean hasFailedWithin(long seconds) {
        return failedWalks.hasHappenedWithin(seconds);
    }
}
