package io.nurs.appliance.export;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.output.ErrorQueue;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the operator chose about the sockets to a collector. */
final class SocketOptions {
    // asm-generic/socket.h, and IFNAMSIZ of linux/if.h
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int IFNAMSIZ = 16;
    private static final RawUnixChannelOption BIND_TO_DEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, IFNAMSIZ);

    /** The two lowest bits of the octet are ECN's. RFC 3168 §5 */
    private static final int DSCP_SHIFT = 2;

    private SocketOptions() {}

    static ChannelFuture connect(Bootstrap bootstrap, CollectorDestination destination, InetSocketAddress address) {
        if (destination.dscp() != 0) {
            bootstrap.option(ChannelOption.IP_TOS, destination.dscp() << DSCP_SHIFT);
        }
        String device = destination.bindDevice();
        if (device != null) {
            bootstrap.option(BIND_TO_DEVICE, name(device));
        }
        return destination.sourceAddress() == null
                ? bootstrap.connect(address)
                : bootstrap.connect(address, new InetSocketAddress(destination.sourceAddress(), 0));
    }

    /**
     * Makes a datagram socket ready to be connected there: its device, its mark, and that the kernel tells it if the host or its
     * network cannot be reached, {@link ErrorQueue}.
     *
     * @throws ChannelException if this machine cannot do that now
     */
    static void apply(Channel socket, CollectorDestination destination, InetSocketAddress to) {
        if (destination.dscp() != 0) {
            socket.config().setOption(ChannelOption.IP_TOS, destination.dscp() << DSCP_SHIFT);
        }
        String device = destination.bindDevice();
        if (device != null) {
            socket.config().setOption(BIND_TO_DEVICE, name(device));
        }
        socket.config().setOption(ErrorQueue.option(to.getAddress()), 1);
    }

    private static ByteBuffer name(String device) {
        ByteBuffer name = ByteBuffer.allocateDirect(IFNAMSIZ);
        name.put(device.getBytes(StandardCharsets.UTF_8));
        return name.rewind();
    }

    static String reason(@Nullable Throwable cause) {
        // The JDK's exception for ENETUNREACH has no message.
        if (cause instanceof NoRouteToHostException) {
            return "network is unreachable";
        }
        // Netty wraps what the system said when an option was set.
        if (cause instanceof ChannelException && cause.getCause() != null) {
            return reason(cause.getCause());
        }
        return cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
    }
}
