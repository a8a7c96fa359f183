package io.nurs.appliance.collect;

/** Names of numbers that IANA keeps, as far as they are worth a name in a table. */
public final class Numbers {
    private Numbers() {}

    /** IANA's "Protocol Numbers", in lower case; the number where there is none here. */
    public static String protocol(long number) {
        return switch ((int) number) {
            case 1 -> "icmp";
            case 2 -> "igmp";
            case 6 -> "tcp";
            case 17 -> "udp";
            case 33 -> "dccp";
            case 41 -> "ipv6";
            case 47 -> "gre";
            case 50 -> "esp";
            case 51 -> "ah";
            case 58 -> "icmpv6";
            case 89 -> "ospf";
            case 132 -> "sctp";
            case 136 -> "udplite";
            default -> Long.toString(number);
        };
    }

    /** Of natEvent(230), RFC 8158. */
    static String natEvent(long number) {
        return switch ((int) number) {
            case 1 -> "create";
            case 2 -> "delete";
            case 3 -> "addresses exhausted";
            case 4 -> "NAT44 session create";
            case 5 -> "NAT44 session delete";
            case 6 -> "NAT64 session create";
            case 7 -> "NAT64 session delete";
            case 8 -> "NAT44 BIB create";
            case 9 -> "NAT44 BIB delete";
            case 10 -> "NAT64 BIB create";
            case 11 -> "NAT64 BIB delete";
            case 12 -> "ports exhausted";
            case 13 -> "quota exceeded";
            case 14 -> "address binding create";
            case 15 -> "address binding delete";
            case 16 -> "port block allocation";
            case 17 -> "port block de-allocation";
            case 18 -> "threshold reached";
            default -> "natEvent " + number;
        };
    }

    /** Of flowEndReason(136). */
    static String endReason(long number) {
        return switch ((int) number) {
            case 1 -> "idle";
            case 2 -> "active";
            case 3 -> "end";
            case 4 -> "forced";
            case 5 -> "resources";
            default -> Long.toString(number);
        };
    }
}
