package io.nurs.appliance.lab;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Another program in the router that asks for reliable delivery, as conntrackd may. What does not fit into its buffer the kernel
 * keeps, and tells all listeners again.
 */
public final class ReliableListener implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final NetlinkChannel channel;

    private ReliableListener(NetlinkChannel channel) {
        this.channel = channel;
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                // It has been read, and that is all.
            }
        });
    }

    /** Listens, and reads nothing yet. Ends with the lab. */
    public static ReliableListener open(Lab lab, int receiveBufferBytes) throws IOException {
        NetlinkOptions options = NetlinkOptions.events(
                        NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                .withReceiveBufferBytes(receiveBufferBytes)
                .withBroadcastError(true);
        return lab.closing(new ReliableListener(Lab.in(lab.router(), () -> NetlinkChannel.open(options))));
    }

    /** Reads from now on, as fast as it can. */
    public ReliableListener read() {
        loop.register(channel).syncUninterruptibly();
        return this;
    }

    @Override
    public void close() {
        if (channel.isRegistered()) {
            channel.close().syncUninterruptibly();
        } else {
            channel.unsafe().closeForcibly();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
