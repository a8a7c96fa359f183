package io.nurs.netlink.packet;

/** What has a start of its own in a packet. */
final class Layer {
    static final int ETHERNET = 0;
    static final int VLAN = 1;
    static final int INNER_VLAN = 2;
    static final int IPV4 = 3;
    static final int IPV6 = 4;
    static final int ROUTING = 5;
    static final int FRAGMENT = 6;
    static final int AH = 7;
    static final int ESP = 8;
    static final int PORTS = 9;
    static final int TCP = 10;
    static final int UDP = 11;
    static final int UDP_LITE = 12;
    static final int ICMP = 13;
    static final int ICMPV6 = 14;
    static final int ECHO = 15;
    static final int SCTP = 16;
    static final int GRE = 17;
    static final int GRE_KEY = 18;
    static final int COUNT = 19;

    private Layer() {}
}
