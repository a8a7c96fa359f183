package io.nurs.netlink.nflog;

import static io.nurs.netlink.nflog.NflogAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import java.nio.ByteBuffer;

/**
 * Writes the requests of nfnetlink_log, all of which are acknowledged or refused. {@link #bind} takes settings along, so
 * that no packet comes in another way than asked for; {@link #configure} changes them later. Closing the channel unbinds.
 *
 * <p>A datagram has up to the buffer's octets ({@link #withBufferBytes}), or those of one packet where that is longer: copy
 * range, prefix and some 300 more; and as the kernel fills all that its allocator gives it, the next power of two. The channel's
 * slots must have room for it.
 */
public final class NflogRequests {
    /** What the kernel copies at most: an attribute is no longer. */
    public static final int MOST_COPIED_BYTES = 65_531;
    /** NFULNL_NLBUFSIZ_MAX: more is refused with ERANGE. */
    public static final int MOST_BUFFER_BYTES = 131_072;

    private NflogRequests() {}

    /**
     * Makes the channel the one receiver of a group. Refused with EPERM if another socket of the namespace is that, with
     * EBUSY if this one is, EPERM also without CAP_NET_ADMIN.
     */
    public static NetlinkRequest bind(ByteBufAllocator allocator, int group) {
        return configure(allocator, group).u8(NFULA_CFG_CMD, NFULNL_CFG_CMD_BIND);
    }

    /** Refused with ENODEV if the group has no receiver, with EPERM if another socket is that. */
    public static NetlinkRequest unbind(ByteBufAllocator allocator, int group) {
        return configure(allocator, group).u8(NFULA_CFG_CMD, NFULNL_CFG_CMD_UNBIND);
    }

    /** Changes the settings that follow, of a group that this channel receives. */
    public static NetlinkRequest configure(ByteBufAllocator allocator, int group) {
        return NetlinkRequest.netfilter(
                allocator, NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, NetlinkMessage.NLM_F_ACK, 0, group);
    }

    /**
     * What of a packet is copied; the kernel's default is whole packets.
     *
     * @param mode {@code NFULNL_COPY_*}
     * @param rangeBytes at most so many from the network header on, of NFULNL_COPY_PACKET; 0 means as many as there are room for
     */
    public static NetlinkRequest withCopyMode(NetlinkRequest request, int mode, int rangeBytes) {
        // struct nfulnl_msg_config_mode, packed: copy_range (be32), copy_mode, padding
        byte[] value =
                ByteBuffer.allocate(6).putInt(rangeBytes).put((byte) mode).array();
        return request.octets(NFULA_CFG_MODE, value);
    }

    /** Octets of one datagram, which holds as many packets as fit; the kernel's default is about a page. */
    public static NetlinkRequest withBufferBytes(NetlinkRequest request, int bytes) {
        return request.u32(NFULA_CFG_NLBUFSIZ, bytes);
    }

    /** Packets after which a datagram is sent; the kernel's default is 100. A rule's own threshold may only lower it. */
    public static NetlinkRequest withThreshold(NetlinkRequest request, int packets) {
        return request.u32(NFULA_CFG_QTHRESH, packets);
    }

    /** How long a datagram waits for more packets, in hundredths of a second; the kernel's default is 100. */
    public static NetlinkRequest withTimeout(NetlinkRequest request, int hundredths) {
        return request.u32(NFULA_CFG_TIMEOUT, hundredths);
    }

    /**
     * {@code NFULNL_CFG_F_*}, all of them at once. Where the kernel cannot show conntrack (NETFILTER_NETLINK_GLUE_CT),
     * NFULNL_CFG_F_CONNTRACK is refused with EOPNOTSUPP, and the whole request with it.
     */
    public static NetlinkRequest withFlags(NetlinkRequest request, int flags) {
        return request.u16(NFULA_CFG_FLAGS, flags);
    }
}
