package io.nurs.netlink.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The {@code mmsghdr} array of one recvmmsg, with a sender address, an iovec and a data slot for each entry. Owned by one
 * channel for its whole life.
 */
public final class ReceiveBlock implements AutoCloseable {
    /** sizeof(struct sockaddr_nl), linux/netlink.h */
    static final int SOCKADDR_NL_BYTES = 12;

    // struct mmsghdr of 64-bit Linux: a msghdr (56 octets), msg_len, padding. recvmmsg(2), recvmsg(2)
    private static final int MMSGHDR_BYTES = 64;
    private static final int MSG_NAME = 0;
    private static final int MSG_NAMELEN = 8;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_FLAGS = 48;
    private static final int MSG_LEN = 56;
    private static final int IOVEC_BYTES = 16;
    private static final int NAME_BYTES = 16;
    private static final int NL_PID = 4;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment headers;
    private final MemorySegment names;
    private final MemorySegment data;
    private final int slots;
    private final int slotBytes;

    public ReceiveBlock(int slots, int slotBytes) {
        this.slots = slots;
        this.slotBytes = slotBytes;
        headers = arena.allocate((long) slots * MMSGHDR_BYTES, Long.BYTES);
        names = arena.allocate((long) slots * NAME_BYTES, Long.BYTES);
        data = arena.allocate((long) slots * slotBytes, 64);
        MemorySegment vectors = arena.allocate((long) slots * IOVEC_BYTES, Long.BYTES);
        for (int slot = 0; slot < slots; slot++) {
            long vector = (long) slot * IOVEC_BYTES;
            vectors.set(JAVA_LONG, vector, data.address() + (long) slot * slotBytes);
            vectors.set(JAVA_LONG, vector + Long.BYTES, slotBytes);
            long header = header(slot);
            headers.set(JAVA_LONG, header + MSG_NAME, names.address() + (long) slot * NAME_BYTES);
            // The kernel writes 12 back for netlink, so this stays right from call to call.
            headers.set(JAVA_INT, header + MSG_NAMELEN, SOCKADDR_NL_BYTES);
            headers.set(JAVA_LONG, header + MSG_IOV, vectors.address() + vector);
            headers.set(JAVA_LONG, header + MSG_IOVLEN, 1);
        }
    }

    /** The slots, side by side. */
    public MemorySegment data() {
        return data;
    }

    public int slots() {
        return slots;
    }

    public int slotBytes() {
        return slotBytes;
    }

    public int length(int slot) {
        return headers.get(JAVA_INT, header(slot) + MSG_LEN);
    }

    /** MSG_TRUNC: the datagram was longer than the slot, and its rest is gone. */
    public boolean truncated(int slot) {
        return (headers.get(JAVA_INT, header(slot) + MSG_FLAGS) & Libc.MSG_TRUNC) != 0;
    }

    /** The port id of the socket that sent the datagram; 0 is the kernel. */
    public int senderPortId(int slot) {
        return names.get(JAVA_INT, (long) slot * NAME_BYTES + NL_PID);
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Of the mmsghdr array, for recvmmsg. */
    public long headersAddress() {
        return headers.address();
    }

    private static long header(int slot) {
        return (long) slot * MMSGHDR_BYTES;
    }
}
