package io.nurs.appliance.output;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What a datagram socket with the option IP_RECVERR or IPV6_RECVERR has been told, which the kernel keeps for a reader. As long as
 * something is there, the socket is in error (EPOLLERR) and wakes its event loop without end: whoever sets the option clears it.
 */
public final class ErrorQueue {
    private ErrorQueue() {}

    /** The option that has the kernel tell a socket with this peer everything. */
    public static ChannelOption<Integer> option(InetAddress peer) {
        return peer instanceof Inet6Address ? Spool.IPV6_RECVERR : Spool.IP_RECVERR;
    }

    /** After every error that a socket returned. */
    public static void clear(Channel channel) {
        if (channel.isOpen() && channel.remoteAddress() instanceof InetSocketAddress peer) {
            ChannelOption<Integer> option = option(peer.getAddress());
            // Netty cannot read it (MSG_ERRQUEUE), but the kernel empties it when the option is taken back.
            // linux/net/ipv4/ip_sockglue.c
            channel.config().setOption(option, 0);
            channel.config().setOption(option, 1);
        }
    }
}
