package io.nurs.appliance.source;

import io.nurs.appliance.RateLimit;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once a second, on a source's event loop, at what nobody else would notice, and says it at most once a minute. */
final class SourceWatch {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);

    private final String name;
    private final ConntrackSockets sockets;
    private final ConntrackStats stats;
    private final @Nullable TableUse table;
    private final Reports reports;
    private final @Nullable ReliabilityGuard guard;
    private final RateLimit lossLimit = new RateLimit();
    private final RateLimit unreadableLimit = new RateLimit();
    private final RateLimit ledgerLimit = new RateLimit();
    private boolean losing;
    private volatile FlowLedger ledger = FlowLedger.EMPTY;

    /**
     * Of one source or reader.
     *
     * @param table null where it cannot be watched
     * @param guard null with {@code delivery: best-effort}
     */
    SourceWatch(
            String name,
            ConntrackSockets sockets,
            ConntrackStats stats,
            @Nullable TableUse table,
            Reports reports,
            @Nullable ReliabilityGuard guard) {
        this.name = name;
        this.sockets = sockets;
        this.stats = stats;
        this.table = table;
        this.reports = reports;
        this.guard = guard;
    }

    /** As it was at the last look; for any thread. */
    FlowLedger ledger() {
        return ledger;
    }

    void look() {
        lookForLoss();
        lookForUnreadable();
        lookIntoLedger();
        try {
            if (table != null) {
                table.look();
            }
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", name, e);
        }
    }

    private void lookForLoss() {
        // With reliable delivery each retry of an event counts as a drop: nothing is lost, unless the guard gave it up.
        long lost = guard == null ? sockets.events().kernelDrops() : guard.lostEvents();
        boolean more = lost > stats.lostEvents;
        stats.lost(lost, System.currentTimeMillis());
        if (more) {
            warn(
                    lossLimit,
                    lost + " events lost: the receive buffer ("
                            + sockets.events().receiveBufferBytes() / 1024
                            + " KiB) overflowed"
                            + (guard == null
                                    ? "; raise receive-buffer, or write delivery: reliable"
                                    : " while reliable delivery was given up for the table's sake; raise receive-buffer, or"
                                            + " nf_conntrack_max"));
        } else if (losing) {
            reports.eventsWereLost();
        }
        losing = more;
    }

    private void lookForUnreadable() {
        long unreadable = sockets.channels().stream()
                .map(NetlinkChannel::stats)
                .mapToLong(SourceWatch::unreadable)
                .sum();
        if (unreadable > stats.unreadable) {
            stats.unreadable = unreadable;
            warn(
                    unreadableLimit,
                    unreadable + " messages of the kernel could not be read and were left out; please report this, with"
                            + " the kernel's version");
        }
    }

    private static long unreadable(NetlinkStats stats) {
        return stats.malformedMessages() + stats.truncatedDatagrams();
    }

    private void lookIntoLedger() {
        FlowLedger ledger = reports.ledger();
        this.ledger = ledger;
        if (!ledger.isEven()) {
            stats.unevenLedgers++;
            warn(ledgerLimit, "the ledger does not add up, which is a mistake in nurs; please report it: " + ledger);
        }
    }

    /** Events that nobody will see, of no known number. */
    void overrun() {
        warn(lossLimit, "events were lost, the kernel does not say how many; raise receive-buffer");
    }

    private void warn(RateLimit limit, String fact) {
        if (limit.permits()) {
            LOG.warn("source {}: {}{}", name, fact, limit.suppressed());
        }
    }

    /** A namespace tracks nothing until a rule there asks for it: an exporter in it looks dead. */
    void adviseIfUntracked(NetworkNamespace namespace) {
        try {
            if (table != null && table.entries() == 0 && stats.ended == 0) {
                LOG.warn(
                        "source {}: {} tracks no connection at all. If it has traffic, no rule there uses conntrack yet;"
                                + " this one starts it: {}",
                        name,
                        namespace,
                        ConntrackSysctls.STARTS_TRACKING);
            }
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", name, e);
        }
    }
}
