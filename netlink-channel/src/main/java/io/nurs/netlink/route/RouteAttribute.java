package io.nurs.netlink.route;

/** The constants of linux/rtnetlink.h, if_link.h, if_addr.h, if.h and veth.h that this package needs, verbatim. */
public final class RouteAttribute {
    // linux/rtnetlink.h
    public static final int RTM_NEWLINK = 16;
    public static final int RTM_DELLINK = 17;
    public static final int RTM_GETLINK = 18;
    public static final int RTM_NEWADDR = 20;
    public static final int RTM_NEWROUTE = 24;

    /** enum rtnetlink_groups: links made, changed and removed. */
    public static final int RTNLGRP_LINK = 1;

    /** A bit of IFLA_EXT_MASK: without counters, which are most of an answer. */
    public static final int RTEXT_FILTER_SKIP_STATS = 8;

    /** enum rtattr_type_t */
    public static final int RTA_GATEWAY = 5;

    public static final int RT_TABLE_MAIN = 254;
    public static final int RTPROT_STATIC = 4;
    public static final int RT_SCOPE_UNIVERSE = 0;
    public static final int RTN_UNICAST = 1;

    // linux/if_link.h
    public static final int IFLA_IFNAME = 3;
    public static final int IFLA_LINKINFO = 18;
    public static final int IFLA_IFALIAS = 20;
    public static final int IFLA_NET_NS_FD = 28;
    public static final int IFLA_EXT_MASK = 29;
    public static final int IFLA_INFO_KIND = 1;
    public static final int IFLA_INFO_DATA = 2;

    /** linux/veth.h */
    public static final int VETH_INFO_PEER = 1;

    /** linux/if.h */
    public static final int IFF_UP = 1;

    // linux/if_addr.h
    public static final int IFA_ADDRESS = 1;
    public static final int IFA_LOCAL = 2;
    public static final int IFA_F_NODAD = 0x02;

    /** The index of {@code lo}, which the kernel makes first in every network namespace. */
    public static final int LOOPBACK_INDEX = 1;

    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private RouteAttribute() {}
}
