package io.nurs.appliance.export;

/** Numbers of IANA's "Assigned Internet Protocol Numbers" that records treat in a way of their own. */
final class IpProtocol {
    static final int ICMP = 1;
    static final int ICMPV6 = 58;

    private IpProtocol() {}
}
