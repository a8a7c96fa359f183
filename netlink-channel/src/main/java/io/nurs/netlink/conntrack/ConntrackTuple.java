package io.nurs.netlink.conntrack;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * One direction's addresses, protocol and ports, as a value.
 *
 * @param protocol IP protocol number
 * @param sourcePort 0 without ports; so the others
 */
public record ConntrackTuple(
        InetAddress source,
        InetAddress destination,
        int protocol,
        int sourcePort,
        int destinationPort,
        int icmpId,
        int icmpType,
        int icmpCode) {
    static final int ICMP = 1;
    static final int ICMPV6 = 58;

    /** A tuple of a protocol with ports. */
    public static ConntrackTuple of(
            InetAddress source, InetAddress destination, int protocol, int sourcePort, int destinationPort) {
        return new ConntrackTuple(source, destination, protocol, sourcePort, destinationPort, 0, 0, 0);
    }

    /** What answers to this tuple if nothing is translated; for ICMP it still lacks the reply's type. */
    public ConntrackTuple reversed() {
        return new ConntrackTuple(
                destination, source, protocol, destinationPort, sourcePort, icmpId, icmpType, icmpCode);
    }

    static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 octets", e);
        }
    }
}
