package io.nurs.netlink.conntrack;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/**
 * One direction's addresses and protocol as a request needs them: octets, of which no addresses have to be made. They stay
 * the caller's and are read while the request is written.
 *
 * @param family AF_INET or AF_INET6 of {@link ConntrackRequests}
 * @param protocol IP protocol number
 * @param protocolKey as {@link TupleView#protocolKey()}
 * @param addresses holds, from {@code offset} on, the source address and the destination's behind it: each 4 octets in
 *     network order, or 16 with AF_INET6
 * @param zone CTA_TUPLE_ZONE: of this direction alone; 0 if none
 */
record TupleOctets(int family, int protocol, int protocolKey, MemorySegment addresses, long offset, int zone) {
    static TupleOctets of(ConntrackTuple tuple) {
        byte[] source = octets(tuple.source());
        byte[] destination = octets(tuple.destination());
        MemorySegment addresses = MemorySegment.ofArray(new byte[source.length + destination.length]);
        addresses.copyFrom(MemorySegment.ofArray(source));
        addresses.asSlice(source.length).copyFrom(MemorySegment.ofArray(destination));
        int family = source.length == 16 ? ConntrackRequests.AF_INET6 : ConntrackRequests.AF_INET;
        return new TupleOctets(family, tuple.protocol(), key(tuple), addresses, 0, 0);
    }

    static TupleOctets of(TupleView tuple) {
        int family = tuple.isIpv6() ? ConntrackRequests.AF_INET6 : ConntrackRequests.AF_INET;
        int bytes = tuple.isIpv6() ? 16 : 4;
        MemorySegment addresses = MemorySegment.ofArray(new byte[2 * bytes]);
        tuple.copySource(addresses, 0);
        tuple.copyDestination(addresses, bytes);
        return new TupleOctets(family, tuple.protocol(), tuple.protocolKey(), addresses, 0, tuple.zone());
    }

    int addressBytes() {
        return family == ConntrackRequests.AF_INET6 ? 16 : 4;
    }

    private static int key(ConntrackTuple tuple) {
        return switch (tuple.protocol()) {
            case ConntrackTuple.ICMP, ConntrackTuple.ICMPV6 ->
                tuple.icmpId() << 16 | tuple.icmpType() << 8 | tuple.icmpCode();
            default -> tuple.sourcePort() << 16 | tuple.destinationPort();
        };
    }

    private static byte[] octets(InetAddress address) {
        return address.getAddress();
    }
}
