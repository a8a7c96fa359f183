package io.nurs.appliance.export;

/** Numbers of IANA's "Assigned Internet Protocol Numbers" that records treat in a way of their own. */
final class IpProtocol {
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;
    static final int SCTP = 132;

    private IpProtocol() {}
}
