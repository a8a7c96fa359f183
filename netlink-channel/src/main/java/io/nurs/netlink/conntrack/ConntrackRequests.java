package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;

/** Writes the requests of ctnetlink. Each is answered: acknowledged, refused, or by a dump. */
public final class ConntrackRequests {
    public static final int AF_UNSPEC = 0;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    private static final int ACK = NetlinkMessage.NLM_F_ACK;

    private ConntrackRequests() {}

    /** Lists the table. Never filter IPv6 addresses in the kernel: 6.18 inverts the test. */
    public static NetlinkRequest dump(ByteBufAllocator allocator, int family) {
        return request(allocator, IPCTNL_MSG_CT_GET, NetlinkMessage.NLM_F_DUMP, family);
    }

    /** Lists the table and sets each entry's counters to zero as it goes: for every reader of them. */
    public static NetlinkRequest dumpAndZero(ByteBufAllocator allocator, int family) {
        return request(allocator, IPCTNL_MSG_CT_GET_CTRZERO, NetlinkMessage.NLM_F_DUMP, family);
    }

    /** Restricts a dump to entries whose mark, under the mask, is {@code mark}; so does 0 with a mask. */
    public static NetlinkRequest withMark(NetlinkRequest dump, int mark, int mask) {
        return dump.u32(CTA_MARK, mark).u32(CTA_MARK_MASK, mask);
    }

    /** Removes all entries of a family; AF_UNSPEC means all. */
    public static NetlinkRequest flush(ByteBufAllocator allocator, int family) {
        return request(allocator, IPCTNL_MSG_CT_DELETE, ACK, family);
    }

    /** Removes the entry that has this tuple in its original direction; refused with ENOENT if there is none. */
    public static NetlinkRequest delete(ByteBufAllocator allocator, ConntrackTuple original) {
        TupleOctets octets = TupleOctets.of(original);
        return tuple(request(allocator, IPCTNL_MSG_CT_DELETE, ACK, octets.family()), CTA_TUPLE_ORIG, octets);
    }

    /** As {@link #get(ByteBufAllocator, TupleView, int)}. */
    public static NetlinkRequest get(ByteBufAllocator allocator, ConntrackTuple original, int zone) {
        return get(allocator, TupleOctets.of(original), zone);
    }

    /**
     * Asks for the entry that has this tuple, which comes as {@link ConntrackMessage.Kind#DUMPED} before the
     * acknowledgement; refused with ENOENT if there is none. Compare what comes: the kernel looks among replies too, and a
     * tuple may be a later flow's by now.
     *
     * <p>The entry and its acknowledgement take 1,664 to 2,112 bytes of the receive buffer: the usual default, 212,992 bytes,
     * has room for a hundred requests at once. What is more comes as {@link NetlinkControl.Overrun}: answers are lost, and
     * the promises of their requests are never completed.
     *
     * @param zone CTA_ZONE, of both directions; 0 if the zone is that of one, which the tuple then has
     */
    public static NetlinkRequest get(ByteBufAllocator allocator, TupleView original, int zone) {
        return get(allocator, TupleOctets.of(original), zone);
    }

    static NetlinkRequest get(ByteBufAllocator allocator, TupleOctets original, int zone) {
        NetlinkRequest request = request(allocator, IPCTNL_MSG_CT_GET, ACK, original.family());
        tuple(request, CTA_TUPLE_ORIG, original);
        return zone == 0 ? request : request.u16(CTA_ZONE, zone);
    }

    /** Makes an entry; refused with EEXIST if there is one. It has no counters until packets pass. */
    public static NetlinkRequest create(
            ByteBufAllocator allocator, ConntrackTuple original, ConntrackTuple reply, int timeoutSeconds, int mark) {
        TupleOctets octets = TupleOctets.of(original);
        NetlinkRequest request = request(
                allocator,
                IPCTNL_MSG_CT_NEW,
                ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL,
                octets.family());
        tuple(request, CTA_TUPLE_ORIG, octets);
        tuple(request, CTA_TUPLE_REPLY, TupleOctets.of(reply));
        request.u32(CTA_TIMEOUT, timeoutSeconds).u32(CTA_MARK, mark);
        if (original.protocol() == 6) {
            request.nested(
                    CTA_PROTOINFO,
                    () -> request.nested(
                            CTA_PROTOINFO_TCP, () -> request.u8(CTA_PROTOINFO_TCP_STATE, TCP_CONNTRACK_ESTABLISHED)));
        }
        return request;
    }

    /** Asks for the number of entries and their maximum, which come as {@link ConntrackTableStats} before the acknowledgement. */
    public static NetlinkRequest stats(ByteBufAllocator allocator) {
        return request(allocator, IPCTNL_MSG_CT_GET_STATS, ACK, AF_UNSPEC);
    }

    /** Lists what each CPU has counted, a {@link ConntrackCpuStats} each. A dump: the socket must have no other under way. */
    public static NetlinkRequest cpuStats(ByteBufAllocator allocator) {
        return request(allocator, IPCTNL_MSG_CT_GET_STATS_CPU, NetlinkMessage.NLM_F_DUMP, AF_UNSPEC);
    }

    /** Lists what each CPU has counted of expectations, a {@link ConntrackExpectationStats} each. A dump, as {@link #cpuStats}. */
    public static NetlinkRequest expectationStats(ByteBufAllocator allocator) {
        return NetlinkRequest.netfilter(
                allocator,
                NFNL_SUBSYS_CTNETLINK_EXP,
                IPCTNL_MSG_EXP_GET_STATS_CPU,
                NetlinkMessage.NLM_F_DUMP,
                AF_UNSPEC,
                0);
    }

    private static NetlinkRequest request(ByteBufAllocator allocator, int type, int flags, int family) {
        return NetlinkRequest.netfilter(allocator, NFNL_SUBSYS_CTNETLINK, type, flags, family, 0);
    }

    private static NetlinkRequest tuple(NetlinkRequest request, int type, TupleOctets tuple) {
        boolean v6 = tuple.family() == AF_INET6;
        int bytes = tuple.addressBytes();
        return request.nested(type, () -> {
            request.nested(CTA_TUPLE_IP, () -> {
                request.octets(v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, tuple.addresses(), tuple.offset(), bytes);
                request.octets(v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, tuple.addresses(), tuple.offset() + bytes, bytes);
            });
            request.nested(CTA_TUPLE_PROTO, () -> protocol(request, tuple.protocol(), tuple.protocolKey()));
            if (tuple.zone() != 0) {
                request.u16(CTA_TUPLE_ZONE, tuple.zone());
            }
        });
    }

    private static void protocol(NetlinkRequest request, int protocol, int key) {
        request.u8(CTA_PROTO_NUM, protocol);
        switch (protocol) {
            case ConntrackTuple.ICMP ->
                request.u16(CTA_PROTO_ICMP_ID, key >>> 16)
                        .u8(CTA_PROTO_ICMP_TYPE, key >>> 8)
                        .u8(CTA_PROTO_ICMP_CODE, key);
            case ConntrackTuple.ICMPV6 ->
                request.u16(CTA_PROTO_ICMPV6_ID, key >>> 16)
                        .u8(CTA_PROTO_ICMPV6_TYPE, key >>> 8)
                        .u8(CTA_PROTO_ICMPV6_CODE, key);
            // GRE's keys too. The kernel skips them for a protocol that it knows no ports of.
            default -> request.u16(CTA_PROTO_SRC_PORT, key >>> 16).u16(CTA_PROTO_DST_PORT, key);
        }
    }
}
