package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The pipeline of a source with {@code accounting: delta}, without a socket, a walk or a file. Its clock is the test's. */
final class EmbeddedDelta implements AutoCloseable {
    private final NetlinkStats netlink = new NetlinkStats();
    private final ConntrackStats stats = new ConntrackStats();
    private final FlowTotals totals;
    private final DeltaAccounting accounting;
    private final EmbeddedChannel channel;
    private long nowMillis;

    /** Starts at {@code nowMillis}, and has each flow handed to {@code flows}, which must not keep it. */
    EmbeddedDelta(ConntrackSourceConfig config, long nowMillis, Consumer<ConntrackFlow> flows) {
        this.nowMillis = nowMillis;
        totals = FlowTotals.inMemory(config.maxFlows());
        accounting = new DeltaAccounting(
                config,
                () -> Instant.ofEpochMilli(this.nowMillis),
                totals,
                new ConntrackTimeouts(Map.of()),
                stats,
                () -> {});
        channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(netlink),
                new ConntrackDecoder(netlink),
                accounting,
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        // What is met is passed on to the walk.
                        if (message instanceof ConntrackFlow flow) {
                            flows.accept(flow);
                        }
                    }
                });
    }

    /** A lap of the walk that meets these. */
    void lap(long atMillis, EntryMessage... entries) {
        nowMillis = atMillis;
        accounting.begin();
        read(entries);
        accounting.end();
    }

    /** Events. */
    void tell(long atMillis, EntryMessage... entries) {
        nowMillis = atMillis;
        read(entries);
    }

    private void read(EntryMessage... entries) {
        byte[][] datagrams = Stream.of(entries).map(EntryMessage::octets).toArray(byte[][]::new);
        channel.pipeline().fireChannelRead(EmbeddedSource.batch(datagrams));
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
        totals.close();
    }
}
