package io.nurs.appliance.export;

/** Numbers of IANA's "Assigned Internet Protocol Numbers" that records treat each in its own way. */
final class IpProtocol {
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int DCCP = 33;
    static final int ICMPV6 = 58;
    static final int SCTP = 132;
    static final int UDPLITE = 136;

    private IpProtocol() {}
}
