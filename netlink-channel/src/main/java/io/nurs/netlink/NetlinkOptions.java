package io.nurs.netlink;

import java.util.List;

/**
 * How a {@link NetlinkChannel}'s socket is opened.
 *
 * @param protocol {@code NETLINK_*}, linux/netlink.h
 * @param groups multicast groups (numbers, not a mask) joined once all other options are set
 * @param slots datagrams taken by one recvmmsg
 * @param slotBytes room for one datagram; a longer one is truncated by the kernel, counted and dropped
 * @param receiveBufferBytes asked of SO_RCVBUFFORCE, else of SO_RCVBUF (which net.core.rmem_max caps); 0 leaves the kernel's
 *     default. The kernel accounts for twice as much; a conntrack event takes about 1,280 bytes of it.
 * @param broadcastError NETLINK_BROADCAST_ERROR: a conntrack DESTROY that could not be queued here is kept and sent again
 * @param noEnobufs NETLINK_NO_ENOBUFS: after an overrun delivery resumes at once, and {@link NetlinkChannel#kernelDrops()}
 *     tells the loss; without it the kernel drops everything until the queue is empty
 * @param kernelOnly drop datagrams whose sender is not the kernel; false for NETLINK_USERSOCK, where processes talk
 * @param filter attached before the groups are joined: no event comes that it would have rejected
 */
public record NetlinkOptions(
        int protocol,
        List<Integer> groups,
        int slots,
        int slotBytes,
        int receiveBufferBytes,
        boolean broadcastError,
        boolean noEnobufs,
        boolean kernelOnly,
        SocketFilter filter) {
    public static final int NETLINK_ROUTE = 0;
    public static final int NETLINK_USERSOCK = 2;
    public static final int NETLINK_NETFILTER = 12;

    private static final int EVENT_SLOTS = 64;
    /** The largest conntrack event measured had 324 bytes; a helper's or a label's may be longer. */
    private static final int EVENT_SLOT_BYTES = 2 * 1024;

    private static final int DUMP_SLOTS = 4;
    /** The kernel builds dump datagrams as large as the largest receive it has seen, but at most 32,448 bytes. */
    private static final int DUMP_SLOT_BYTES = 32 * 1024;

    public NetlinkOptions {
        if (slots < 1 || slotBytes < 16 || receiveBufferBytes < 0) {
            throw new IllegalArgumentException("slots " + slots + ", slotBytes " + slotBytes + ", receiveBufferBytes "
                    + receiveBufferBytes + ": at least 1, 16 and 0");
        }
        groups = List.copyOf(groups);
    }

    /** A socket for many small events: 64 slots of 2 KiB. */
    public static NetlinkOptions events(int protocol, Integer... groups) {
        return new NetlinkOptions(
                protocol, List.of(groups), EVENT_SLOTS, EVENT_SLOT_BYTES, 0, false, true, true, SocketFilter.NONE);
    }

    /** A socket for requests and dumps: 4 slots of 32 KiB. */
    public static NetlinkOptions requests(int protocol) {
        return new NetlinkOptions(
                protocol, List.of(), DUMP_SLOTS, DUMP_SLOT_BYTES, 0, false, false, true, SocketFilter.NONE);
    }

    public NetlinkOptions withReceiveBufferBytes(int bytes) {
        return new NetlinkOptions(
                protocol, groups, slots, slotBytes, bytes, broadcastError, noEnobufs, kernelOnly, filter);
    }

    public NetlinkOptions withBroadcastError(boolean on) {
        return new NetlinkOptions(
                protocol, groups, slots, slotBytes, receiveBufferBytes, on, noEnobufs, kernelOnly, filter);
    }

    public NetlinkOptions withNoEnobufs(boolean on) {
        return new NetlinkOptions(
                protocol, groups, slots, slotBytes, receiveBufferBytes, broadcastError, on, kernelOnly, filter);
    }

    public NetlinkOptions withKernelOnly(boolean on) {
        return new NetlinkOptions(
                protocol, groups, slots, slotBytes, receiveBufferBytes, broadcastError, noEnobufs, on, filter);
    }

    public NetlinkOptions withSlots(int count, int bytes) {
        return new NetlinkOptions(
                protocol, groups, count, bytes, receiveBufferBytes, broadcastError, noEnobufs, kernelOnly, filter);
    }

    public NetlinkOptions withFilter(SocketFilter passing) {
        return new NetlinkOptions(
                protocol, groups, slots, slotBytes, receiveBufferBytes, broadcastError, noEnobufs, kernelOnly, passing);
    }
}
