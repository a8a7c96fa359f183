package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.UnsentEnd;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The pipeline of a source with {@code accounting: delta}, without a socket, a walk or a file. Its clock is the test's. */
public final class EmbeddedDelta implements AutoCloseable {
    private final NetlinkStats netlink = new NetlinkStats();
    private final ConntrackStats stats = new ConntrackStats();
    private final FlowTotals totals;
    private final DeltaAccounting accounting;
    private final EmbeddedChannel channel;
    private ConntrackTimeouts timeouts = new ConntrackTimeouts(Map.of());
    private long muteBeforeMillis;
    private long nowMillis;
    private long upMillis;
    private long exportedEnds;

    /** Starts at {@code nowMillis}, and has each flow handed to {@code flows}, which must not keep it. */
    EmbeddedDelta(ConntrackSourceConfig config, long nowMillis, Consumer<ConntrackFlow> flows) {
        this(config, nowMillis, FlowTotals.inMemory(config.maxFlows()), flows);
    }

    /** With totals that may be from a file. */
    EmbeddedDelta(ConntrackSourceConfig config, long nowMillis, FlowTotals totals, Consumer<ConntrackFlow> flows) {
        this(config, nowMillis, totals);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                // What is met is passed on to the walk.
                if (message instanceof ConntrackFlow flow) {
                    exportedEnds += flow.isSeenEnd() ? 1 : 0;
                    flows.accept(flow);
                }
            }
        });
    }

    /** Hands flows to an exporter. */
    public EmbeddedDelta(ConntrackSourceConfig config, long nowMillis, ChannelInboundHandler exporter) {
        this(config, nowMillis);
        // What is met ends here: an embedded channel would keep what comes to its end.
        channel.pipeline().addLast(exporter, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {}
        });
    }

    private EmbeddedDelta(ConntrackSourceConfig config, long nowMillis) {
        this(config, nowMillis, FlowTotals.inMemory(config.maxFlows()));
    }

    private EmbeddedDelta(ConntrackSourceConfig config, long nowMillis, FlowTotals totals) {
        this.nowMillis = nowMillis;
        this.totals = totals;
        accounting = new DeltaAccounting(config, Share.ALL, new Clock(), totals, stats, new Router());
        channel = new EmbeddedChannel(new NetlinkMessageDecoder(netlink), new ConntrackDecoder(netlink), accounting);
    }

    private final class Clock implements FlowClock {
        @Override
        public long unixNanos() {
            return nowMillis * 1_000_000;
        }

        @Override
        public long monotonicNanos() {
            return upMillis * 1_000_000;
        }
    }

    private final class Router implements DeltaAccounting.Environment {
        @Override
        public ConntrackTimeouts timeouts() {
            return timeouts;
        }

        @Override
        public boolean tableIsNearlyFull() {
            return false;
        }

        @Override
        public long muteBeforeNanos() {
            return muteBeforeMillis > Long.MAX_VALUE / 1_000_000 ? Long.MAX_VALUE : muteBeforeMillis * 1_000_000;
        }

        @Override
        public boolean everyEndHasCome() {
            return true;
        }

        @Override
        public void makeRoom() {}

        @Override
        public void lapEnded(int lap) {}
    }

    /** The timeouts of the namespace, by the sysctls' names: until then there are none. */
    void timeouts(Map<String, Integer> seconds) {
        timeouts = new ConntrackTimeouts(seconds);
    }

    /** Flows from before this have no events. */
    void muteBefore(long millis) {
        muteBeforeMillis = millis;
    }

    /** The wall clock is set, while nothing else goes by. */
    void stepClock(long millis) {
        nowMillis += millis;
    }

    /** Nobody will tell of the end of the flow in this slot, and the kernel does not list it. */
    void vanish(long slot) {
        accounting.vanished(channel.pipeline().context(accounting), slot);
    }

    void reportUnsent(UnsentEnd end) {
        accounting.reportUnsent(channel.pipeline().context(accounting), end);
    }

    SendLog log() {
        return accounting.records();
    }

    FlowTotals totals() {
        return totals;
    }

    FlowLedger ledger() {
        return new FlowLedger(
                stats.seen, totals.size(), stats.ended, exportedEnds, stats.empty, stats.fromBefore, stats.unwatched);
    }

    /** A lap of the walk that meets these. */
    void lap(long atMillis, EntryMessage... entries) {
        pass(atMillis);
        accounting.begin();
        read(entries);
        accounting.end();
    }

    /** Events. */
    void tell(long atMillis, EntryMessage... entries) {
        pass(atMillis);
        read(entries);
    }

    private void pass(long toMillis) {
        upMillis += toMillis - nowMillis;
        nowMillis = toMillis;
    }

    private void read(EntryMessage... entries) {
        read(EmbeddedSource.batch(Stream.of(entries).map(EntryMessage::octets).toArray(byte[][]::new)));
    }

    public void read(NetlinkBatch batch) {
        channel.pipeline().fireChannelRead(batch);
        channel.checkException();
    }

    ConntrackStats stats() {
        return stats;
    }

    /** Flows in the table of totals. */
    long flows() {
        return totals.size();
    }

    @Override
    public void close() {
        accounting.close();
        totals.close();
    }
}
