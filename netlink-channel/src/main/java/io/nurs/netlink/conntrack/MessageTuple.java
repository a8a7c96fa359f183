package io.nurs.netlink.conntrack;

import io.nurs.netlink.AttributeIndex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A tuple in a borrowed {@link ConntrackMessage}: CTA_TUPLE_*, linux/netfilter/nfnetlink_conntrack.h */
final class MessageTuple implements TupleView {
    /** The kernel puts its keys where others have ports. */
    private static final int GRE = 47;

    private final ConntrackMessage message;
    private final AttributeIndex index;
    private final int first;

    MessageTuple(ConntrackMessage message, AttributeIndex index, int first) {
        this.message = message;
        this.index = index;
        this.first = first;
    }

    /** Whether both addresses and the protocol are there, as in every entry of the kernel's. */
    boolean isComplete() {
        boolean ipv4 = index.has(first + ConntrackPolicy.SOURCE) && index.has(first + ConntrackPolicy.DESTINATION);
        return index.has(first + ConntrackPolicy.PROTOCOL) && (ipv4 || isIpv6());
    }

    @Override
    public boolean isIpv6() {
        return index.has(first + ConntrackPolicy.SOURCE_V6) && index.has(first + ConntrackPolicy.DESTINATION_V6);
    }

    @Override
    public void copySource(MemorySegment to, long offset) {
        copy(ConntrackPolicy.SOURCE, ConntrackPolicy.SOURCE_V6, to, offset);
    }

    @Override
    public void copyDestination(MemorySegment to, long offset) {
        copy(ConntrackPolicy.DESTINATION, ConntrackPolicy.DESTINATION_V6, to, offset);
    }

    @Override
    public long sourceHigh() {
        return high(ConntrackPolicy.SOURCE_V6);
    }

    @Override
    public long sourceLow() {
        return low(ConntrackPolicy.SOURCE, ConntrackPolicy.SOURCE_V6);
    }

    @Override
    public long destinationHigh() {
        return high(ConntrackPolicy.DESTINATION_V6);
    }

    @Override
    public long destinationLow() {
        return low(ConntrackPolicy.DESTINATION, ConntrackPolicy.DESTINATION_V6);
    }

    @Override
    public int protocol() {
        return message.u8(first + ConntrackPolicy.PROTOCOL);
    }

    @Override
    public boolean hasPorts() {
        return protocol() != GRE
                && index.has(first + ConntrackPolicy.SOURCE_PORT)
                && index.has(first + ConntrackPolicy.DESTINATION_PORT);
    }

    @Override
    public int sourcePort() {
        return port(ConntrackPolicy.SOURCE_PORT);
    }

    @Override
    public int destinationPort() {
        return port(ConntrackPolicy.DESTINATION_PORT);
    }

    @Override
    public int icmpType() {
        return message.u8(first + ConntrackPolicy.ICMP_TYPE);
    }

    @Override
    public int icmpCode() {
        return message.u8(first + ConntrackPolicy.ICMP_CODE);
    }

    @Override
    public int icmpId() {
        return message.u16(first + ConntrackPolicy.ICMP_ID);
    }

    @Override
    public int protocolKey() {
        return index.has(first + ConntrackPolicy.ICMP_ID)
                ? icmpId() << 16 | icmpType() << 8 | icmpCode()
                : message.u16(first + ConntrackPolicy.SOURCE_PORT) << 16
                        | message.u16(first + ConntrackPolicy.DESTINATION_PORT);
    }

    @Override
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

    private long high(int slotV6) {
        return isIpv6() ? message.memory().get(NETWORK_U64, index.offset(first + slotV6)) : 0;
    }

    private long low(int slot, int slotV6) {
        return isIpv6()
                ? message.memory().get(NETWORK_U64, index.offset(first + slotV6) + Long.BYTES)
                : Integer.toUnsignedLong(message.memory().get(NETWORK_U32, index.offset(first + slot)));
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
    private static final ValueLayout.OfLong NETWORK_U64 = U64.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt NETWORK_U32 = U32.withOrder(ByteOrder.BIG_ENDIAN);
}
