package io.nurs.netlink.route;

import static io.nurs.netlink.route.RouteAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import java.net.InetAddress;

/** Writes the requests of rtnetlink, all of which are answered. For a channel of NETLINK_ROUTE. */
public final class RouteRequests {
    private static final int ACK = NetlinkMessage.NLM_F_ACK;
    private static final int CREATE = ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;

    private RouteRequests() {}

    /** Lists the links of the channel's namespace, in no order that could be relied on. */
    public static NetlinkRequest dumpLinks(ByteBufAllocator allocator) {
        return link(NetlinkRequest.of(allocator, RTM_GETLINK, NetlinkMessage.NLM_F_DUMP), 0, 0, 0)
                .hostU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }

    /**
     * Makes two linked interfaces, both down: one in the channel's namespace, its peer in another.
     *
     * @param index and {@code peerIndex}: the ifindexes they get, which must be free; 0 lets the kernel choose
     * @param peerNamespace a file descriptor of this process that stands for the peer's namespace
     */
    public static NetlinkRequest vethPair(
            ByteBufAllocator allocator, String name, int index, String peerName, int peerIndex, int peerNamespace) {
        NetlinkRequest request = link(NetlinkRequest.of(allocator, RTM_NEWLINK, CREATE), index, 0, 0);
        request.string(IFLA_IFNAME, name);
        return request.nested(IFLA_LINKINFO, () -> {
            request.string(IFLA_INFO_KIND, "veth");
            request.nested(
                    IFLA_INFO_DATA,
                    () -> request.nested(
                            VETH_INFO_PEER,
                            () -> link(request, peerIndex, 0, 0)
                                    .string(IFLA_IFNAME, peerName)
                                    .hostU32(IFLA_NET_NS_FD, peerNamespace)));
        });
    }

    public static NetlinkRequest linkUp(ByteBufAllocator allocator, int index) {
        return link(NetlinkRequest.of(allocator, RTM_NEWLINK, ACK), index, IFF_UP, IFF_UP);
    }

    /** Gives an interface an address, which an IPv6 one may use at once: no duplicate is looked for. */
    public static NetlinkRequest address(ByteBufAllocator allocator, int index, InetAddress address, int prefixLength) {
        int family = family(address);
        // struct ifaddrmsg, linux/if_addr.h: family, prefix length, flags, scope, index
        return NetlinkRequest.of(allocator, RTM_NEWADDR, CREATE)
                .host8(family)
                .host8(prefixLength)
                .host8(family == AF_INET6 ? IFA_F_NODAD : 0)
                .host8(RT_SCOPE_UNIVERSE)
                .host32(index)
                .octets(IFA_LOCAL, address.getAddress())
                .octets(IFA_ADDRESS, address.getAddress());
    }

    /** The default route of the gateway's family, in the main table; the gateway must be on a network of the namespace's. */
    public static NetlinkRequest defaultRoute(ByteBufAllocator allocator, InetAddress gateway) {
        // struct rtmsg, linux/rtnetlink.h: family, lengths of destination and source, TOS, table, protocol, scope,
        // type, flags
        return NetlinkRequest.of(allocator, RTM_NEWROUTE, CREATE)
                .host8(family(gateway))
                .host8(0)
                .host8(0)
                .host8(0)
                .host8(RT_TABLE_MAIN)
                .host8(RTPROT_STATIC)
                .host8(RT_SCOPE_UNIVERSE)
                .host8(RTN_UNICAST)
                .host32(0)
                .octets(RTA_GATEWAY, gateway.getAddress());
    }

    /** struct ifinfomsg, linux/rtnetlink.h: family, padding, device type, index, flags, the flags that are to change */
    private static NetlinkRequest link(NetlinkRequest request, int index, int flags, int change) {
        return request.host8(AF_UNSPEC)
                .host8(0)
                .host16(0)
                .host32(index)
                .host32(flags)
                .host32(change);
    }

    private static int family(InetAddress address) {
        return address.getAddress().length == 16 ? AF_INET6 : AF_INET;
    }
}
