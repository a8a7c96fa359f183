package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import java.nio.ByteBuffer;

/**
 * Writes nfnetlink_queue's requests but verdicts ({@link NfqueueVerdicts}), all of which are acknowledged or refused.
 * {@link #bind} takes settings along, so that no packet comes in another way than asked for; {@link #configure} changes them
 * later. Closing the channel unbinds, and drops the packets that wait.
 *
 * <p>A datagram has one packet: the channel's slots need room for the copy range and some 300 octets more.
 */
public final class NfqueueRequests {
    /** What the kernel copies at most: an attribute is no longer. */
    public static final int MOST_COPIED_BYTES = 65_531;

    private NfqueueRequests() {}

    /**
     * Makes the channel the one that decides on a queue's packets. Refused with EPERM if another socket of the namespace does,
     * with EBUSY if this one does, EPERM also without CAP_NET_ADMIN. Set a copy mode: the kernel's default is none.
     */
    public static NetlinkRequest bind(ByteBufAllocator allocator, int queue) {
        return command(allocator, queue, NFQNL_CFG_CMD_BIND);
    }

    /** Drops the packets that wait. Refused with ENODEV if nobody has the queue, with EPERM if another socket has. */
    public static NetlinkRequest unbind(ByteBufAllocator allocator, int queue) {
        return command(allocator, queue, NFQNL_CFG_CMD_UNBIND);
    }

    /** Changes the settings that follow, of a queue that this channel has bound. */
    public static NetlinkRequest configure(ByteBufAllocator allocator, int queue) {
        return NetlinkRequest.netfilter(
                allocator, NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, NetlinkMessage.NLM_F_ACK, 0, queue);
    }

    /**
     * What of a packet is copied.
     *
     * @param mode {@code NFQNL_COPY_*}
     * @param rangeBytes at most so many from the network header on, of NFQNL_COPY_PACKET; 0 means {@link #MOST_COPIED_BYTES}
     */
    public static NetlinkRequest withCopyMode(NetlinkRequest request, int mode, int rangeBytes) {
        // struct nfqnl_msg_config_params, packed: copy_range (be32), copy_mode
        byte[] value =
                ByteBuffer.allocate(5).putInt(rangeBytes).put((byte) mode).array();
        return request.octets(NFQA_CFG_PARAMS, value);
    }

    /** Packets that may wait for their verdict; the kernel's default is 1,024. What is more is dropped, or passes (FAIL_OPEN). */
    public static NetlinkRequest withMaximumLength(NetlinkRequest request, int packets) {
        return request.u32(NFQA_CFG_QUEUE_MAXLEN, packets);
    }

    /**
     * Switches {@code NFQA_CFG_F_*}. A flag that the kernel does not have is refused with EOPNOTSUPP, and the whole request
     * with it: NFQA_CFG_F_CONNTRACK without NETFILTER_NETLINK_GLUE_CT, NFQA_CFG_F_SECCTX without a security module.
     *
     * @param flags their new values
     * @param mask which of them change
     */
    public static NetlinkRequest withFlags(NetlinkRequest request, int flags, int mask) {
        return request.u32(NFQA_CFG_FLAGS, flags).u32(NFQA_CFG_MASK, mask);
    }

    private static NetlinkRequest command(ByteBufAllocator allocator, int queue, int command) {
        // struct nfqnl_msg_config_cmd: command, padding, a family of its own for PF_BIND
        byte[] value = {(byte) command, 0, 0, 0};
        return configure(allocator, queue).octets(NFQA_CFG_CMD, value);
    }
}
