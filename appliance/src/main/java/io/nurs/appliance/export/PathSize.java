package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a datagram may be so that the path to a collector takes it whole: the kernel's MTU of the path, less the headers. The
 * kernel does not cut datagrams into fragments; it refuses those that are too long, EMSGSIZE. ip(7), ipv6(7), RFC 8899
 */
final class PathSize implements IntSupplier {
    // linux/in.h, linux/in6.h
    private static final IntegerUnixChannelOption IP_MTU_DISCOVER =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);
    private static final IntegerUnixChannelOption IP_MTU = new IntegerUnixChannelOption("IP_MTU", 0, 14);
    private static final IntegerUnixChannelOption IPV6_MTU_DISCOVER =
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23);
    private static final IntegerUnixChannelOption IPV6_MTU = new IntegerUnixChannelOption("IPV6_MTU", 41, 24);
    /** Fragments where a datagram does not fit. */
    private static final int WANT = 1;
    /** An error where a datagram does not fit. */
    private static final int DO = 2;

    /** Of less than 576 bytes (RFC 791) no path is; 512 holds any template of ours, and any record. */
    private static final Family IPV4 = new Family(IP_MTU_DISCOVER, IP_MTU, 28, 512, 1472);
    /** Each path takes 1280 bytes. RFC 8200 §5 */
    private static final Family IPV6 = new Family(IPV6_MTU_DISCOVER, IPV6_MTU, 48, 1232, 1452);

    /** What differs between the families: options, headers of IP and UDP, and the bounds of the payload. */
    private record Family(
            ChannelOption<Integer> discover, ChannelOption<Integer> mtu, int headers, int least, int most) {}

    private final Channel socket;
    private Family family = IPV6;

    PathSize(Channel socket) {
        this.socket = socket;
    }

    /** The socket is connected there, and has sent nothing yet. */
    void connected(InetSocketAddress to) {
        family = to.getAddress() instanceof Inet6Address ? IPV6 : IPV4;
    }

    /** Reads it from the kernel. */
    @Override
    public int getAsInt() {
        Integer mtu = mtu();
        if (mtu == null) {
            return family.least;
        }
        int room = mtu - family.headers;
        // A link so narrow takes no template of ours but in fragments.
        socket.config().setOption(family.discover, room < family.least ? WANT : DO);
        return Math.clamp(room, family.least, family.most);
    }

    private @Nullable Integer mtu() {
        try {
            return socket.isOpen() ? socket.config().getOption(family.mtu) : null;
        } catch (ChannelException e) {
            // ENOTCONN: there is no route at this moment.
            return null;
        }
    }
}
