package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackDecoder;

/** The pipeline of a source of events, without a socket. */
public final class EmbeddedEvents {
    private final NetlinkStats netlink = new NetlinkStats();
    private final ConntrackEventStats stats = new ConntrackEventStats();
    private final EmbeddedChannel channel;

    public EmbeddedEvents(ChannelInboundHandler exporter) {
        channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(netlink),
                new ConntrackDecoder(netlink),
                new ConntrackEventReader(stats, FlowClock.SYSTEM),
                exporter,
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {}
                });
    }

    public void read(NetlinkBatch batch) {
        channel.pipeline().fireChannelRead(batch);
        channel.checkException();
    }

    public ConntrackEventStats stats() {
        return stats;
    }

    public NetlinkStats netlink() {
        return netlink;
    }
}
