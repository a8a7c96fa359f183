package io.nurs.appliance.source;

import io.nurs.appliance.RateLimit;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives reliable delivery up before it costs the router its connections. With NETLINK_BROADCAST_ERROR the kernel keeps entries
 * whose end it could not deliver, and they count against nf_conntrack_max: a reader that stands still would fill the table. So a
 * thread of its own, that no blocked event loop holds up, looks at the table; when that is full and our queue is why, it lets
 * the kernel drop events, and takes reliability back when there is room again.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // by one thread alone
final class ReliabilityGuard {
    private static final Logger LOG = LoggerFactory.getLogger(ReliabilityGuard.class);
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Reliability comes back this far below the guard. */
    private static final int HYSTERESIS_PERCENT = 10;

    private final String source;
    private final NetlinkChannel events;
    private final TableUse table;
    private final int guardPercent;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean reliable = true;
    /** Only this thread writes it. */
    private volatile long lost;
    /** Only this thread writes it. */
    private volatile long givenUp;

    private final RateLimit limit = new RateLimit();
    private long drops;
    /** Whether its loss was told of, and so its return is. */
    private boolean saysReliable;

    private ReliabilityGuard(String source, NetlinkChannel events, TableUse table, int guardPercent) {
        this.source = source;
        this.events = events;
        this.table = table;
        this.guardPercent = guardPercent;
        this.drops = events.kernelDrops();
        this.thread = Thread.ofPlatform().name("guard-" + source).daemon().unstarted(this::run);
    }

    /**
     * Starts to watch.
     *
     * @param guardPercent of nf_conntrack_max
     */
    static ReliabilityGuard start(String source, NetlinkChannel events, NetworkNamespace namespace, int guardPercent)
            throws IOException {
        ReliabilityGuard guard = new ReliabilityGuard(source, events, TableUse.open(namespace), guardPercent);
        guard.thread.start();
        return guard;
    }

    /** Whether delivery is reliable now. */
    boolean isReliable() {
        return reliable;
    }

    /** How often it was given up. */
    long givenUp() {
        return givenUp;
    }

    /** Events that the kernel dropped while it was not. */
    long lostEvents() {
        return lost;
    }

    void stop() throws InterruptedException {
        stopped = true;
        LockSupport.unpark(thread);
        thread.join();
    }

    private void run() {
        try (table) {
            while (!stopped) {
                look();
                LockSupport.parkNanos(PERIOD_NANOS);
            }
        } catch (IOException e) {
            LOG.error("source {}: cannot watch the connection table; reliable delivery stays as it is", source, e);
        }
    }

    private void look() throws IOException {
        long entries = table.entries();
        long max = table.maxEntries();
        long dropped = events.kernelDrops();
        boolean failing = dropped > drops;
        if (!reliable) {
            lost += dropped - drops;
        }
        drops = dropped;
        if (reliable && failing && entries * 100 >= max * guardPercent) {
            events.broadcastError(false);
            reliable = false;
            givenUp++;
            if (!limit.permits()) {
                return;
            }
            saysReliable = true;
            LOG.error(
                    "source {}: the connection table is {} % full ({} of {}) and ends of flows wait for nursd to read them:"
                            + " giving up reliable delivery so that new connections go on; ends that the kernel drops from"
                            + " here on are counted as lost{}",
                    source, entries * 100 / max, entries, max, limit.suppressed());
        } else if (!reliable && !failing && entries * 100 < max * (guardPercent - HYSTERESIS_PERCENT)) {
            events.broadcastError(true);
            // What was dropped until that took effect.
            dropped = events.kernelDrops();
            lost += dropped - drops;
            drops = dropped;
            reliable = true;
            if (!saysReliable) {
                return;
            }
            saysReliable = false;
            LOG.warn("source {}: delivery is reliable again; {} events were lost meanwhile", source, lost);
        }
    }
}
