package io.nurs.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.nurs.netlink.libc.Libc;
import io.nurs.netlink.libc.NetlinkSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A process's end of NETLINK_USERSOCK, which stands for the kernel's: it sends to one channel, or to a group of them. */
final class UserSocket implements AutoCloseable {
    /** Of the groups of NETLINK_USERSOCK; joining one needs CAP_NET_ADMIN, sending to it does not. */
    static final int GROUP = 1;

    private static final int SOCKADDR_NL_BYTES = 12;

    private final NetlinkSocket socket;

    private UserSocket(NetlinkSocket socket) {
        this.socket = socket;
    }

    static UserSocket open() throws IOException {
        NetlinkSocket socket = NetlinkSocket.of(
                Errno.check("cannot open a socket", NetlinkSocket.open(NetlinkOptions.NETLINK_USERSOCK)));
        Errno.check("cannot bind it", socket.bind());
        return new UserSocket(socket);
    }

    /** What a channel needs that hears us. */
    static NetlinkOptions options(Integer... groups) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_USERSOCK, groups).withKernelOnly(false);
    }

    /** Sends one datagram; waits for room in the channel's queue. */
    void send(NetlinkChannel to, byte[] datagram) throws Errno {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(Math.max(datagram.length, 1)).asSlice(0, datagram.length);
            data.copyFrom(MemorySegment.ofArray(datagram));
            int sent = socket.sendTo(to.localAddress().portId(), data, 0);
            while (sent == -Errno.EAGAIN) {
                Thread.onSpinWait();
                sent = socket.sendTo(to.localAddress().portId(), data, 0);
            }
            Errno.check("cannot send", sent);
        }
    }

    /** Sends datagrams of one octet, which says where each stands. */
    void sendNumbered(NetlinkChannel to, int from, int count) throws Errno {
        for (int i = from; i < from + count; i++) {
            send(to, new byte[] {(byte) i});
        }
    }

    /** Sends to all channels of {@link #GROUP}: as with events, who has no room loses it. */
    void broadcast(byte[] datagram) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_NL_BYTES, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
            address.set(JAVA_INT, 8, 1 << (GROUP - 1));
            MemorySegment data = arena.allocate(datagram.length);
            data.copyFrom(MemorySegment.ofArray(datagram));
            // Its answer tells of listeners that had no room, or that there was none.
            Libc.sendto(
                    socket.descriptor().intValue(),
                    data.address(),
                    datagram.length,
                    0,
                    address.address(),
                    SOCKADDR_NL_BYTES);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
