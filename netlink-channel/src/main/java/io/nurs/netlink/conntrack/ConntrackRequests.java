package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import java.net.InetAddress;

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
        NetlinkRequest request = request(allocator, IPCTNL_MSG_CT_DELETE, ACK, family(original));
        return tuple(request, CTA_TUPLE_ORIG, original);
    }

    /** Makes an entry; refused with EEXIST if there is one. It has no counters until packets pass. */
    public static NetlinkRequest create(
            ByteBufAllocator allocator, ConntrackTuple original, ConntrackTuple reply, int timeoutSeconds, int mark) {
        NetlinkRequest request = request(
                allocator,
                IPCTNL_MSG_CT_NEW,
                ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL,
                family(original));
        tuple(request, CTA_TUPLE_ORIG, original);
        tuple(request, CTA_TUPLE_REPLY, reply);
        request.u32(CTA_TIMEOUT, timeoutSeconds).u32(CTA_MARK, mark);
        if (original.protocol() == 6) {
            request.nested(
                    CTA_PROTOINFO,
                    () -> request.nested(
                            CTA_PROTOINFO_TCP, () -> request.u8(CTA_PROTOINFO_TCP_STATE, TCP_CONNTRACK_ESTABLISHED)));
        }
        return request;
    }

    /** Asks for the number of entries and their maximum; answered by one IPCTNL_MSG_CT_GET_STATS. */
    public static NetlinkRequest stats(ByteBufAllocator allocator) {
        return request(allocator, IPCTNL_MSG_CT_GET_STATS, ACK, AF_UNSPEC);
    }

    private static NetlinkRequest request(ByteBufAllocator allocator, int type, int flags, int family) {
        return NetlinkRequest.netfilter(allocator, NFNL_SUBSYS_CTNETLINK, type, flags, family, 0);
    }

    private static NetlinkRequest tuple(NetlinkRequest request, int type, ConntrackTuple tuple) {
        return request.nested(type, () -> {
            request.nested(CTA_TUPLE_IP, () -> {
                boolean v6 = family(tuple) == AF_INET6;
                request.octets(v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, octets(tuple.source()));
                request.octets(v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, octets(tuple.destination()));
            });
            request.nested(CTA_TUPLE_PROTO, () -> protocol(request, tuple));
        });
    }

    private static void protocol(NetlinkRequest request, ConntrackTuple tuple) {
        request.u8(CTA_PROTO_NUM, tuple.protocol());
        switch (tuple.protocol()) {
            case ConntrackTuple.ICMP ->
                request.u16(CTA_PROTO_ICMP_ID, tuple.icmpId())
                        .u8(CTA_PROTO_ICMP_TYPE, tuple.icmpType())
                        .u8(CTA_PROTO_ICMP_CODE, tuple.icmpCode());
            case ConntrackTuple.ICMPV6 ->
                request.u16(CTA_PROTO_ICMPV6_ID, tuple.icmpId())
                        .u8(CTA_PROTO_ICMPV6_TYPE, tuple.icmpType())
                        .u8(CTA_PROTO_ICMPV6_CODE, tuple.icmpCode());
            default ->
                request.u16(CTA_PROTO_SRC_PORT, tuple.sourcePort()).u16(CTA_PROTO_DST_PORT, tuple.destinationPort());
        }
    }

    private static int family(ConntrackTuple tuple) {
        return octets(tuple.source()).length == 16 ? AF_INET6 : AF_INET;
    }

    private static byte[] octets(InetAddress address) {
        return address.getAddress();
    }
}
