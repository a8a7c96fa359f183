package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code events: nat} of a source or reader: the log, where it stands, and what is looked at once a second for its sake. */
final class NatEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NatEvents.class);

    private final String name;
    private final NatLog log;
    private final ConntrackSockets sockets;
    private final @Nullable TableUse table;
    private final EventBacklog backlog;
    private @Nullable MissingFlows missing;
    private boolean asked;

    /** @param table null where it cannot be watched */
    NatEvents(String name, NatLog log, ConntrackSockets sockets, @Nullable TableUse table) {
        this.name = name;
        this.log = log;
        this.sockets = sockets;
        this.table = table;
        this.backlog = new EventBacklog(sockets.events());
        if (table == null) {
            LOG.warn(
                    "source {}: cannot read nf_conntrack_count, so events: nat does not tell how full the table is; mount /proc",
                    name);
        }
    }

    /** Before the accounting, wherever that is. */
    void addHandlers(Reports reports, FlowSink sink, ConntrackStats stats) {
        for (NetlinkChannel channel : sockets.channels()) {
            ChannelPipeline pipeline = channel.pipeline();
            pipeline.addBefore(pipeline.context(reports.handler()).name(), null, log);
        }
        reports.whenGone(log);
        findMissing(sink, stats);
    }

    /** Sessions that the accounting does not know: it takes in those that a walk has met. */
    private void findMissing(FlowSink sink, ConntrackStats stats) {
        NetlinkChannel queries = sockets.queries();
        FlowTotals live = log.live();
        if (live != null) {
            MissingFlows found = new MissingFlows(live, log::vanished, backlog, sink, stats, false);
            queries.pipeline().addBefore(queries.pipeline().context(sink).name(), null, found);
            log.whenLapEnds(found::sweep);
            missing = found;
        }
    }

    /** On the event loop. */
    void start() {
        if (missing != null) {
            missing.start();
        }
    }

    void stop() {
        if (missing != null) {
            missing.stop();
        }
    }

    /** @param ofTable whether this reader looks at the table for all */
    void look(boolean ofTable) {
        backlog.look();
        log.forget(backlog.isRead());
        if (ofTable) {
            lookAtTable(log, sockets.events().pipeline().context(log), table);
            askForCounters();
        }
    }

    /** Ports run out, and the counters tell, whether or not it can be read how full the table is. */
    static void lookAtTable(NatLog log, ChannelHandlerContext ctx, @Nullable TableUse table) {
        long entries = 0;
        long most = 0;
        if (table != null) {
            try {
                entries = table.entries();
                most = table.maxEntries();
            } catch (IOException e) {
                // As if there were no limit.
                most = 0;
                LOG.debug("cannot read nf_conntrack_count", e);
            }
        }
        log.look(ctx, entries, most);
    }

    /** Not by the socket for dumps: the kernel runs one at a time on each, and counters are a dump as well. */
    private void askForCounters() {
        NetlinkChannel channel = sockets.queries();
        if (asked || !channel.isActive()) {
            return;
        }
        asked = true;
        channel.writeAndFlush(ConntrackRequests.cpuStats(channel.alloc())).addListener(answer -> {
            asked = false;
            // If not, the next look asks again, and misses nothing.
            if (answer.isSuccess()) {
                log.counted();
            } else {
                log.forgetCounters();
                LOG.debug("source {}: no counters of the table", name, answer.cause());
            }
        });
    }

    NatStats stats() {
        return log.stats();
    }

    @Override
    public void close() {
        log.close();
    }
}
