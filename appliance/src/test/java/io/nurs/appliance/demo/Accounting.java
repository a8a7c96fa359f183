package io.nurs.appliance.demo;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.SocketFilter;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackEntry;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.ConntrackRequests;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** All entries that a namespace's conntrack has told of: those that ended, and at {@link #entries()} those that live. */
final class Accounting implements AutoCloseable {
    private final Map<Key, ConntrackEntry> entries = new ConcurrentHashMap<>();
    private final NetlinkChannel channel;

    /** A tuple comes back with a later flow, the start time does not. */
    private record Key(ConntrackTuple original, long startNanos) {}

    private Accounting(NetlinkChannel channel) {
        this.channel = channel;
    }

    static Accounting open(EventLoop loop, NetworkNamespace namespace) throws IOException {
        NetlinkOptions options = NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER);
        NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(new NetlinkOptions(
                options.protocol(),
                List.of(ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY),
                options.slots(),
                options.slotBytes(),
                1 << 20,
                false,
                false,
                true,
                SocketFilter.NONE)));
        Accounting accounting = new Accounting(channel);
        channel.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(channel.stats()),
                        new ConntrackDecoder(channel.stats()),
                        new NetlinkRequestTracker(),
                        accounting.new Reader());
        loop.register(channel).syncUninterruptibly();
        return accounting;
    }

    /** An entry that ends between its dump and this method's return stands once, with its last counters. */
    Collection<ConntrackEntry> entries() {
        channel.writeAndFlush(ConntrackRequests.dump(channel.alloc(), ConntrackRequests.AF_UNSPEC))
                .awaitUninterruptibly(10, TimeUnit.SECONDS);
        return entries.values();
    }

    Forwarded total() {
        long packets = 0;
        long bytes = 0;
        for (ConntrackEntry entry : entries()) {
            packets +=
                    entry.originalPackets().orElseThrow() + entry.replyPackets().orElseThrow();
            bytes += entry.originalBytes().orElseThrow() + entry.replyBytes().orElseThrow();
        }
        return new Forwarded(packets, bytes);
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ConntrackMessage view) {
                ConntrackEntry entry = view.snapshot();
                entries.put(new Key(entry.original(), view.startNanos()), entry);
            }
        }
    }
}
