package io.nurs.netlink.conntrack;

import java.lang.foreign.MemorySegment;

/**
 * One direction's addresses, protocol and ports: borrowed, as what they lie in is. What a protocol lacks reads as 0. A
 * {@link ConntrackMessage} has three; who keeps entries in memory of their own can show them in the same way.
 */
public interface TupleView {
    boolean isIpv6();

    /** Writes the source address in network order: 16 octets if {@link #isIpv6()}, else 4. */
    void copySource(MemorySegment to, long offset);

    /** Writes the destination address in network order: 16 octets if {@link #isIpv6()}, else 4. */
    void copyDestination(MemorySegment to, long offset);

    /** The source address's first eight octets as a number in network order; 0 unless {@link #isIpv6()}. */
    long sourceHigh();

    /** Its last eight octets; of an IPv4 address its four, unsigned. */
    long sourceLow();

    /** As {@link #sourceHigh()}. */
    long destinationHigh();

    /** As {@link #sourceLow()}. */
    long destinationLow();

    /** An IP protocol number. CTA_PROTO_NUM */
    int protocol();

    /** Whether the protocol is one with ports: TCP, UDP, UDPLite, SCTP, DCCP. */
    boolean hasPorts();

    int sourcePort();

    int destinationPort();

    /** CTA_PROTO_ICMP_TYPE or CTA_PROTO_ICMPV6_TYPE, of the first packet in this direction as conntrack expects it. */
    int icmpType();

    int icmpCode();

    int icmpId();

    /**
     * What tells flows of one protocol between the same two addresses apart: both ports, GRE's keys, or ICMP's id, type and
     * code; 0 if the protocol has nothing of the kind. To compare, not to report.
     */
    int protocolKey();

    /** A zone of this direction alone; {@link ConntrackMessage#zone()} is that of both. CTA_TUPLE_ZONE */
    int zone();

    /**
     * An entry's zone, which has one number, for both directions or for one.
     *
     * @param both that of both directions, 0 if there is none. CTA_ZONE
     */
    static int zone(int both, TupleView original, TupleView reply) {
        if (both != 0) {
            return both;
        }
        int first = original.zone();
        return first != 0 ? first : reply.zone();
    }
}
