package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.nurs.appliance.nat.NatStats;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.conntrack.ConntrackCpuStatsDecoder;
import io.nurs.netlink.conntrack.ConntrackDecoder;
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
    private boolean asked;

    /** @param table null where it cannot be watched */
    NatEvents(String name, NatLog log, ConntrackSockets sockets, @Nullable TableUse table) {
        this.name = name;
        this.log = log;
        this.sockets = sockets;
        this.table = table;
        this.backlog = new EventBacklog(sockets.events());
    }

    /** Before the accounting, wherever that is. */
    void addHandlers(Reports reports) {
        for (NetlinkChannel channel : sockets.channels()) {
            ChannelPipeline pipeline = channel.pipeline();
            pipeline.addBefore(pipeline.context(reports.handler()).name(), null, log);
        }
        reports.whenGone(log);
        NetlinkChannel answers = answers();
        ChannelPipeline pipeline = answers.pipeline();
        String entries = pipeline.context(ConntrackDecoder.class).name();
        pipeline.addBefore(entries, null, new ConntrackCpuStatsDecoder(answers.stats()));
    }

    /** Not the socket for dumps: the kernel runs one at a time on each, and counters are a dump as well. */
    private NetlinkChannel answers() {
        NetlinkChannel queries = sockets.queries();
        return queries == null ? sockets.requests() : queries;
    }

    /** @param ofTable whether this reader looks at the table for all */
    void look(boolean ofTable) {
        backlog.look();
        log.forget(backlog.isRead());
        TableUse use = table;
        if (!ofTable || use == null) {
            return;
        }
        ChannelHandlerContext ctx = sockets.events().pipeline().context(log);
        try {
            log.look(ctx, use.entries(), use.maxEntries());
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", name, e);
        }
        askForCounters();
    }

    private void askForCounters() {
        NetlinkChannel channel = answers();
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
