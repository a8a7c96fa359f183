package io.nurs.netlink.nfacct;

import static io.nurs.netlink.nfacct.NfacctAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;

/** Writes the requests of nfnetlink_acct. Each is answered: acknowledged, refused, or by a dump. */
public final class NfacctRequests {
    private static final int ACK = NetlinkMessage.NLM_F_ACK;
    private static final int CREATE = ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;

    private NfacctRequests() {}

    /** Makes an object, at zero; refused with EEXIST if there is one of the name, with EINVAL if that is too long. */
    public static NetlinkRequest create(ByteBufAllocator allocator, String name) {
        return request(allocator, NFNL_MSG_ACCT_NEW, CREATE).string(NFACCT_NAME, name);
    }

    /**
     * Makes an object with a quota, at zero; refused with EEXIST if there is one of the name. When the quota is reached
     * the kernel tells NFNLGRP_ACCT_QUOTA once; packets beyond it match the rule, and those before do not.
     *
     * @param flag NFACCT_F_QUOTA_PKTS or NFACCT_F_QUOTA_BYTES: what {@code quota} counts
     */
    public static NetlinkRequest create(ByteBufAllocator allocator, String name, int flag, long quota) {
        return create(allocator, name).u32(NFACCT_FLAGS, flag).u64(NFACCT_QUOTA, quota);
    }

    /** Asks for one object, which comes before the acknowledgement; refused with ENOENT if there is none. */
    public static NetlinkRequest read(ByteBufAllocator allocator, String name) {
        return request(allocator, NFNL_MSG_ACCT_GET, ACK).string(NFACCT_NAME, name);
    }

    /**
     * As {@link #read}, and sets the object to zero: the answer is all that it has counted since that was done last. Unlike
     * {@link #dumpAndZero} it always has room for the object.
     */
    public static NetlinkRequest readAndZero(ByteBufAllocator allocator, String name) {
        return request(allocator, NFNL_MSG_ACCT_GET_CTRZERO, ACK).string(NFACCT_NAME, name);
    }

    /** Lists all objects. A dump: the socket must have no other under way. */
    public static NetlinkRequest dump(ByteBufAllocator allocator) {
        return request(allocator, NFNL_MSG_ACCT_GET, NetlinkMessage.NLM_F_DUMP);
    }

    /**
     * Lists all objects and sets each to zero as it goes, for every reader of them: what comes is the delta since it was
     * done last. A counter is read and cleared in one step; what passes between an object's two counters falls to the next delta.
     *
     * <p>More objects than a datagram holds lose counts: the one that does not fit any more has been set to zero before that
     * shows, and comes as 0 in the next datagram (nfnl_acct_fill_info, measured on 6.18: one of 400). Few objects, or
     * {@link #readAndZero}.
     */
    public static NetlinkRequest dumpAndZero(ByteBufAllocator allocator) {
        return request(allocator, NFNL_MSG_ACCT_GET_CTRZERO, NetlinkMessage.NLM_F_DUMP);
    }

    /** Restricts a dump to objects whose {@code NFACCT_F_*}, under the mask, are {@code flags}; no flag is a value too. */
    public static NetlinkRequest withFlags(NetlinkRequest dump, int flags, int mask) {
        return dump.nested(
                NFACCT_FILTER, () -> dump.u32(NFACCT_FILTER_MASK, mask).u32(NFACCT_FILTER_VALUE, flags));
    }

    /** Removes an object; refused with ENOENT if there is none, with EBUSY while a rule feeds it. */
    public static NetlinkRequest delete(ByteBufAllocator allocator, String name) {
        return request(allocator, NFNL_MSG_ACCT_DEL, ACK).string(NFACCT_NAME, name);
    }

    private static NetlinkRequest request(ByteBufAllocator allocator, int type, int flags) {
        return NetlinkRequest.netfilter(allocator, NFNL_SUBSYS_ACCT, type, flags, 0, 0);
    }
}
