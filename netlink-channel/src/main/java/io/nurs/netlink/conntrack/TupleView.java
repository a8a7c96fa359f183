package io.nurs.netlink.conntrack;

import io.nurs.netlink.AttributeIndex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One direction's addresses, protocol and ports, in a borrowed {@link ConntrackMessage}. What a protocol lacks reads as 0.
 * CTA_TUPLE_*, linux/netfilter/nfnetlink_conntrack.h
 */
public final class TupleView {
    /** The kernel puts its keys where others have ports. */
    private static final int GRE = 47;

    private final ConntrackMessage message;
    private final AttributeIndex index;
    private final int first;

    TupleView(ConntrackMessage message, AttributeIndex index, int first) {
        this.message = message;
        this.index = index;
        this.first = first;
    }

    /** Whether both addresses and the protocol are there, as in every entry of the kernel's. */
    boolean isComplete() {
        boolean ipv4 = index.has(first + ConntrackPolicy.SOURCE) && index.has(first + ConntrackPolicy.DESTINATION);
        return index.has(first + ConntrackPolicy.PROTOCOL) && (ipv4 || isIpv6());
    }

    public boolean isIpv6() {
        return index.has(first + ConntrackPolicy.SOURCE_V6) && index.has(first + ConntrackPolicy.DESTINATION_V6);
    }

    /** Writes the source address in network order: 16 octets if {@link #isIpv6()}, else 4. */
    public void copySource(MemorySegment to, long offset) {
        copy(ConntrackPolicy.SOURCE, ConntrackPolicy.SOURCE_V6, to, offset);
    }

    /** Writes the destination address in network order: 16 octets if {@link #isIpv6()}, else 4. */
    public void copyDestination(MemorySegment to, long offset) {
        copy(ConntrackPolicy.DESTINATION, ConntrackPolicy.DESTINATION_V6, to, offset);
    }

    /** CTA_PROTO_NUM: an IP protocol number. */
    public int protocol() {
        return message.u8(first + ConntrackPolicy.PROTOCOL);
    }

    /** Whether the protocol is one with ports: TCP, UDP, UDPLite, SCTP, DCCP. */
    public boolean hasPorts() {
        return protocol() != GRE
                && index.has(first + ConntrackPolicy.SOURCE_PORT)
                && index.has(first + ConntrackPolicy.DESTINATION_PORT);
    }

    public int sourcePort() {
        return port(ConntrackPolicy.SOURCE_PORT);
    }

    public int destinationPort() {
        return port(ConntrackPolicy.DESTINATION_PORT);
    }

    /** CTA_PROTO_ICMP_TYPE or CTA_PROTO_ICMPV6_TYPE, of the first packet in this direction as conntrack expects it. */
    public int icmpType() {
        return message.u8(first + ConntrackPolicy.ICMP_TYPE);
    }

    public int icmpCode() {
        return message.u8(first + ConntrackPolicy.ICMP_CODE);
    }

    public int icmpId() {
        return message.u16(first + ConntrackPolicy.ICMP_ID);
    }

    /**
     * What tells flows of one protocol between the same two addresses apart: both ports, GRE's keys, or ICMP's id, type and
     * code; 0 if the protocol has nothing of the kind. To compare, not to report.
     */
    public int protocolKey() {
        return index.has(first + ConntrackPolicy.ICMP_ID)
                ? icmpId() << 16 | icmpType() << 8 | icmpCode()
                : message.u16(first + ConntrackPolicy.SOURCE_PORT) << 16
                        | message.u16(first + ConntrackPolicy.DESTINATION_PORT);
    }

    /** CTA_TUPLE_ZONE: a zone of this direction alone; {@link ConntrackMessage#zone()} is that of both. */
    public int zone() {
        return message.u16(first + ConntrackPolicy.TUPLE_ZONE);
    }

    ConntrackTuple snapshot() {
        byte[] source = new byte[isIpv6() ? 16 : 4];
        byte[] destination = new byte[source.length];
        copySource(MemorySegment.ofArray(source), 0);
        copyDestination(MemorySegment.ofArray(destination), 0);
        return new ConntrackTuple(
                ConntrackTuple.address(source),
                ConntrackTuple.address(destination),
                protocol(),
                sourcePort(),
                destinationPort(),
                icmpId(),
                icmpType(),
                icmpCode());
    }

    private int port(int slot) {
        return protocol() == GRE ? 0 : message.u16(first + slot);
    }

    private void copy(int slot, int slotV6, MemorySegment to, long offset) {
        if (isIpv6()) {
            long from = index.offset(first + slotV6);
            to.set(U64, offset, message.memory().get(U64, from));
            to.set(U64, offset + 8, message.memory().get(U64, from + 8));
        } else {
            to.set(U32, offset, message.memory().get(U32, index.offset(first + slot)));
        }
    }

    // Copied as they stand: the byte order does not matter.
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
}
