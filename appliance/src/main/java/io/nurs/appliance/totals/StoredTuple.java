package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/** One direction of a {@link StoredFlow}. */
final class StoredTuple implements TupleView {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int DCCP = 33;
    private static final int ICMPV6 = 58;
    private static final int SCTP = 132;
    private static final int UDPLITE = 136;

    /** Addresses are kept as the kernel wrote them. */
    private static final ValueLayout.OfLong NETWORK_U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final ValueLayout.OfInt NETWORK_U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final StoredFlow flow;
    private final long keyField;
    private final int firstAddress;
    private final int zoneShape;

    StoredTuple(StoredFlow flow, long keyField, int firstAddress, int zoneShape) {
        this.flow = flow;
        this.keyField = keyField;
        this.firstAddress = firstAddress;
        this.zoneShape = zoneShape;
    }

    @Override
    public boolean isIpv6() {
        return flow.isIpv6();
    }

    @Override
    public void copySource(MemorySegment to, long offset) {
        copy(firstAddress, to, offset);
    }

    @Override
    public void copyDestination(MemorySegment to, long offset) {
        copy(firstAddress + 1, to, offset);
    }

    @Override
    public long sourceHigh() {
        return high(firstAddress);
    }

    @Override
    public long sourceLow() {
        return low(firstAddress);
    }

    @Override
    public long destinationHigh() {
        return high(firstAddress + 1);
    }

    @Override
    public long destinationLow() {
        return low(firstAddress + 1);
    }

    @Override
    public int protocol() {
        return flow.u8(SlotLayout.PROTOCOL);
    }

    @Override
    public boolean hasPorts() {
        return switch (protocol()) {
            case TCP, UDP, DCCP, SCTP, UDPLITE -> true;
            default -> false;
        };
    }

    @Override
    public int sourcePort() {
        return hasPorts() ? key() >>> 16 : 0;
    }

    @Override
    public int destinationPort() {
        return hasPorts() ? key() & 0xffff : 0;
    }

    @Override
    public int icmpType() {
        return isIcmp() ? key() >>> 8 & 0xff : 0;
    }

    @Override
    public int icmpCode() {
        return isIcmp() ? key() & 0xff : 0;
    }

    @Override
    public int icmpId() {
        return isIcmp() ? key() >>> 16 : 0;
    }

    @Override
    public int protocolKey() {
        return key();
    }

    @Override
    public int zone() {
        return flow.zone(zoneShape);
    }

    /** Allocates. */
    @Override
    public String toString() {
        String source = address(firstAddress);
        String destination = address(firstAddress + 1);
        if (hasPorts()) {
            return source + ":" + sourcePort() + " -> " + destination + ":" + destinationPort();
        }
        String tail = isIcmp() ? " type " + icmpType() + " code " + icmpCode() + " id " + icmpId() : "";
        return source + " -> " + destination + tail;
    }

    private String address(int number) {
        byte[] octets = new byte[SlotLayout.addressBytes(isIpv6())];
        copy(number, MemorySegment.ofArray(octets), 0);
        try {
            String text = InetAddress.getByAddress(octets).getHostAddress();
            return isIpv6() ? "[" + text + "]" : text;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isIcmp() {
        return protocol() == ICMP || protocol() == ICMPV6;
    }

    private int key() {
        return flow.u32(keyField);
    }

    private long high(int number) {
        return isIpv6() ? flow.memory().get(NETWORK_U64, at(number)) : 0;
    }

    private long low(int number) {
        return isIpv6()
                ? flow.memory().get(NETWORK_U64, at(number) + Long.BYTES)
                : Integer.toUnsignedLong(flow.memory().get(NETWORK_U32, at(number)));
    }

    private long at(int number) {
        return flow.offset() + SlotLayout.ADDRESSES + (long) number * SlotLayout.addressBytes(isIpv6());
    }

    private void copy(int number, MemorySegment to, long offset) {
        MemorySegment.copy(flow.memory(), at(number), to, offset, SlotLayout.addressBytes(isIpv6()));
    }
}
