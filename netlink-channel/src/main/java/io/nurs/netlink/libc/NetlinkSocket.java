package io.nurs.netlink.libc;

import static io.nurs.netlink.libc.Libc.AF_NETLINK;
import static io.nurs.netlink.libc.Libc.SOL_NETLINK;
import static io.nurs.netlink.libc.Libc.SOL_SOCKET;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One AF_NETLINK file descriptor. Calls return {@code -errno} as {@link Libc} does. Socket options may be set and read from
 * any thread, and at any time: the lock keeps them from a descriptor that was closed and is someone else's by now.
 */
public final class NetlinkSocket {
    // linux/netlink.h
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NETLINK_DROP_MEMBERSHIP = 2;
    public static final int NETLINK_BROADCAST_ERROR = 4;
    public static final int NETLINK_NO_ENOBUFS = 5;
    public static final int NETLINK_CAP_ACK = 10;
    public static final int NETLINK_EXT_ACK = 11;

    /** sizeof(struct sock_filter), linux/filter.h */
    public static final int SOCK_FILTER_BYTES = 8;

    /** sizeof(struct sock_fprog): the number of instructions, padding, their address. */
    private static final int SOCK_FPROG_BYTES = 16;

    private static final int EBADF = 9;
    private static final int SO_ERROR = 4;
    private static final int SO_RCVBUF = 8;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MEMINFO = 55;
    /** SK_MEMINFO_DROPS of SK_MEMINFO_VARS, linux/sock_diag.h */
    private static final int SK_MEMINFO_DROPS = 8;

    private static final int SK_MEMINFO_RMEM_ALLOC = 0;
    private static final int SK_MEMINFO_VARS = 9;

    private final FileDescriptor descriptor;

    private NetlinkSocket(int fd) {
        this.descriptor = new FileDescriptor(fd);
    }

    /** Returns the socket's file descriptor, or {@code -errno}; see {@link #of(int)}. */
    public static int open(int protocol) {
        return Libc.socket(AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, protocol);
    }

    public static NetlinkSocket of(int fd) {
        return new NetlinkSocket(fd);
    }

    public FileDescriptor descriptor() {
        return descriptor;
    }

    /** Binds to a port id that the kernel chooses, and to no group. */
    public int bind() {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.bind(fd(), address(arena, 0).address(), ReceiveBlock.SOCKADDR_NL_BYTES);
        }
    }

    /** Sends to another socket of the same netlink protocol from now on, where the protocol lets processes talk. */
    public int connect(int portId) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.connect(fd(), address(arena, portId).address(), ReceiveBlock.SOCKADDR_NL_BYTES);
        }
    }

    /** The port id, or {@code -errno} as a negative long. */
    public long portId() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, 0);
            MemorySegment length = arena.allocateFrom(JAVA_INT, ReceiveBlock.SOCKADDR_NL_BYTES);
            int result = Libc.getsockname(fd(), address.address(), length.address());
            return result < 0 ? result : Integer.toUnsignedLong(address.get(JAVA_INT, 4));
        }
    }

    /** Sets an int option of SOL_NETLINK. */
    public int setOption(int option, int value) {
        return setOption(SOL_NETLINK, option, value);
    }

    /**
     * Joins a multicast group, twice. Kernels with net.netfilter.nf_conntrack_events = 2 note that somebody listens before
     * they make the socket a member, and forget it if the last other member of the group leaves in between: then no flow of
     * the whole host would tell its end. The second time we are a member already, and it stays noted.
     */
    public int join(int group) {
        int joined = setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
        return joined < 0 ? joined : setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    }

    public int leave(int group) {
        return setOption(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group);
    }

    /** Attaches a classic BPF filter, an array of sock_filter, which the kernel copies. */
    public int attachFilter(MemorySegment instructions) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(SOCK_FPROG_BYTES, Long.BYTES);
            program.set(JAVA_SHORT, 0, (short) (instructions.byteSize() / SOCK_FILTER_BYTES));
            program.set(JAVA_LONG, 8, instructions.address());
            return setOption(SOL_SOCKET, SO_ATTACH_FILTER, program);
        }
    }

    /**
     * Asks for a receive buffer, past net.core.rmem_max where CAP_NET_ADMIN allows it. The kernel doubles the number;
     * {@link #receiveBufferBytes()} says what came of it.
     */
    public int setReceiveBuffer(int bytes) {
        int forced = setOption(SOL_SOCKET, SO_RCVBUFFORCE, bytes);
        return forced >= 0 ? forced : setOption(SOL_SOCKET, SO_RCVBUF, bytes);
    }

    /** The receive buffer as the kernel accounts for it. */
    public int receiveBufferBytes() {
        return intOption(SO_RCVBUF);
    }

    /** Takes the pending error away: a positive errno, or 0. */
    public int takeError() {
        return intOption(SO_ERROR);
    }

    /** Messages that the kernel could not queue here, since the socket was opened: sk_drops, 32 bits wide. */
    public long drops() {
        return memoryInfo(SK_MEMINFO_DROPS);
    }

    /** Octets of the receive buffer in use, as the kernel accounts for them. */
    public long queuedBytes() {
        return memoryInfo(SK_MEMINFO_RMEM_ALLOC);
    }

    /** Fills the block; the number of datagrams, or {@code -errno}. */
    public int receive(ReceiveBlock block) {
        return Libc.recvmmsg(fd(), block.headersAddress(), block.slots(), Libc.MSG_DONTWAIT);
    }

    /** Sends to the kernel, or to what {@link #connect} named. */
    public int send(long data, int length) {
        return Libc.sendto(fd(), data, length, Libc.MSG_DONTWAIT, 0, 0);
    }

    /** Sends to another socket of the same netlink protocol; {@code flags} 0 waits for room in its queue. */
    public int sendTo(int portId, MemorySegment data, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long to = address(arena, portId).address();
            return Libc.sendto(fd(), data.address(), data.byteSize(), flags, to, ReceiveBlock.SOCKADDR_NL_BYTES);
        }
    }

    public synchronized void close() throws IOException {
        descriptor.close();
    }

    private int fd() {
        return descriptor.intValue();
    }

    private int setOption(int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return setOption(level, option, arena.allocateFrom(JAVA_INT, value));
        }
    }

    private synchronized int setOption(int level, int option, MemorySegment value) {
        return descriptor.isOpen()
                ? Libc.setsockopt(fd(), level, option, value.address(), (int) value.byteSize())
                : -EBADF;
    }

    private synchronized int intOption(int option) {
        if (!descriptor.isOpen()) {
            return -EBADF;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
            int result = Libc.getsockopt(fd(), SOL_SOCKET, option, value.address(), length.address());
            return result < 0 ? result : value.get(JAVA_INT, 0);
        }
    }

    private synchronized long memoryInfo(int index) {
        if (!descriptor.isOpen()) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(JAVA_INT, SK_MEMINFO_VARS);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) values.byteSize());
            int result = Libc.getsockopt(fd(), SOL_SOCKET, SO_MEMINFO, values.address(), length.address());
            return result < 0 ? 0 : Integer.toUnsignedLong(values.getAtIndex(JAVA_INT, index));
        }
    }

    /** A sockaddr_nl without groups, linux/netlink.h */
    private static MemorySegment address(Arena arena, int portId) {
        MemorySegment address = arena.allocate(ReceiveBlock.SOCKADDR_NL_BYTES, Integer.BYTES);
        address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
        address.set(JAVA_INT, 4, portId);
        return address;
    }
}
