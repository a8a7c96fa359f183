package io.nurs.netlink.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A borrowed view of a packet's headers: one pass finds where each starts, and nothing is copied. Whatever the octets say, it
 * reads none beyond those it was given. Of a packet that was cut it has the fields that are there, and {@link #cut()} says
 * where the rest is missing; what is not there reads as 0.
 *
 * <p>Reuse it: one for each event loop. What a tunnel carries is payload.
 *
 * <p>Longer than a class should be, by a method for each protocol's header.
 */
public final class PacketHeaders extends PacketOctets {
    // linux/if_ether.h
    public static final int ETH_P_IP = 0x0800;
    public static final int ETH_P_IPV6 = 0x86dd;
    public static final int ETH_P_8021Q = 0x8100;
    public static final int ETH_P_8021AD = 0x88a8;
    private static final int ETH_P_QINQ1 = 0x9100;
    private static final int ETH_HLEN = 14;
    private static final int VLAN_HLEN = 4;

    // IANA's protocol numbers
    public static final int HOP_BY_HOP = 0;
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int DCCP = 33;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int GRE = 47;
    public static final int ESP = 50;
    public static final int AH = 51;
    public static final int ICMPV6 = 58;
    public static final int NO_NEXT_HEADER = 59;
    public static final int DESTINATION_OPTIONS = 60;
    public static final int SCTP = 132;
    public static final int MOBILITY = 135;
    public static final int UDP_LITE = 136;

    /** Of each: more are made to burden who reads them. */
    private static final int MOST_TAGS = 4;

    private static final int MOST_EXTENSIONS = 16;

    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int TCP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int SCTP_BYTES = 12;
    private static final int ICMP_BYTES = 8;
    private static final int GRE_BYTES = 4;
    private static final int GRE_CHECKSUM_OR_ROUTING = 0xc000;
    private static final int GRE_HAS_KEY = 0x2000;
    private static final int GRE_HAS_SEQUENCE = 0x1000;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** In what the octets ended before it did. */
    public enum Cut {
        /** All is there, as far as its own lengths say. */
        NONE,
        LINK,
        NETWORK,
        /** An extension header of IPv6, or AH. */
        EXTENSION,
        TRANSPORT,
        /** All headers are there. */
        PAYLOAD
    }

    private int etherType;
    private int protocol;
    private int extensions;
    private boolean laterFragment;
    private long network;
    private long transport;
    private long payload;
    /**
     * Points the view at a packet that starts with its network header, as NFLOG and NFQUEUE have it.
     *
     * @param protocol its EtherType; 0 if that is unknown: then it is IPv4 or IPv6 if its first four bits say so
     */
    public PacketHeaders wrapNetwork(MemorySegment memory, long offset, int length, int protocol) {
        reset(memory, offset + length);
        int type = protocol;
        if (type == 0 && length > 0) {
            type = switch (u8(offset) >>> 4) {
                case 4 -> ETH_P_IP;
                case 6 -> ETH_P_IPV6;
                default -> 0;
            };
        }
        tags(offset, type);
        return this;
    }

    /** Points the view at a packet that starts with an Ethernet header. */
    public PacketHeaders wrapEthernet(MemorySegment memory, long offset, int length) {
        reset(memory, offset + length);
        found(Layer.ETHERNET, offset, captured);
        if (reaches(offset + ETH_HLEN, Cut.LINK)) {
            tags(offset + ETH_HLEN, u16(offset + ETH_HLEN - 2));
        }
        return this;
    }

    /**
     * After {@link #wrapNetwork}: adds an Ethernet header that stands elsewhere in the same memory, as NFLOG's hardware and
     * link headers do.
     */
    public PacketHeaders withEthernet(long offset, int length) {
        long end = offset + length;
        found(Layer.ETHERNET, offset, end);
        if (length >= ETH_HLEN + VLAN_HLEN && isTag(u16(offset + ETH_HLEN - 2))) {
            found(Layer.VLAN, offset + ETH_HLEN, end);
        }
        return this;
    }

    /** Behind all VLAN tags; below 0x600 it is a length, of IEEE 802.3. 0 if unknown. */
    public int etherType() {
        return etherType;
    }

    public boolean isIpv4() {
        return start(Layer.IPV4) >= 0;
    }

    public boolean isIpv6() {
        return start(Layer.IPV6) >= 0;
    }

    /** Whether {@link #protocol()} is known: not if the packet is cut among extension headers that hide it. */
    public boolean hasProtocol() {
        return protocol >= 0;
    }

    /** Behind IPv6's extension headers and AH. */
    public int protocol() {
        return Math.max(protocol, 0);
    }

    /** Whether such an extension header of IPv6, or AH, stands before the protocol: by its protocol number. */
    public boolean hasExtension(int number) {
        int bit = extensionBit(number);
        return (extensions & bit) != 0;
    }

    /** Whether it is a part of a datagram; the first has ports, the others have none. */
    public boolean isFragment() {
        return laterFragment
                || value(PacketField.IPV4_MORE_FRAGMENTS) != 0
                || value(PacketField.IPV6_MORE_FRAGMENTS) != 0;
    }

    /** In octets. */
    public int fragmentOffset() {
        return (int) (value(PacketField.IPV4_FRAGMENT_OFFSET) | value(PacketField.IPV6_FRAGMENT_OFFSET)) * 8;
    }

    public boolean hasPorts() {
        return has(PacketField.DESTINATION_PORT);
    }

    public int sourcePort() {
        return (int) value(PacketField.SOURCE_PORT);
    }

    public int destinationPort() {
        return (int) value(PacketField.DESTINATION_PORT);
    }

    public boolean hasSource() {
        return addressesFrom() >= 0 && addressesFrom() + addressBytes() <= captured;
    }

    public boolean hasDestination() {
        return addressesFrom() >= 0 && addressesFrom() + 2L * addressBytes() <= captured;
    }

    /** Of the source address, if {@link #hasSource()}: 16 octets if {@link #isIpv6()}, else 4. */
    public long sourceOffset() {
        return addressesFrom();
    }

    /** Of the destination address, if {@link #hasDestination()}. */
    public long destinationOffset() {
        return addressesFrom() + addressBytes();
    }

    /** The source address's first eight octets; 0 unless {@link #isIpv6()}. */
    public long sourceHigh() {
        return isIpv6() && hasSource() ? memory.get(U64, sourceOffset()) : 0;
    }

    /** Its last eight octets; of an IPv4 address its four, unsigned. */
    public long sourceLow() {
        return hasSource() ? low(sourceOffset()) : 0;
    }

    /** As {@link #sourceHigh()}. */
    public long destinationHigh() {
        return isIpv6() && hasDestination() ? memory.get(U64, destinationOffset()) : 0;
    }

    /** As {@link #sourceLow()}. */
    public long destinationLow() {
        return hasDestination() ? low(destinationOffset()) : 0;
    }

    /** -1 if there is none that we know. */
    public long networkOffset() {
        return network;
    }

    /** Of IPv4's options, which end at the transport or before; 0 if there are none. */
    public int ipv4OptionsLength() {
        return has(PacketField.IPV4_IHL) ? Math.max(0, (int) value(PacketField.IPV4_IHL) * 4 - IPV4_BYTES) : 0;
    }

    /** Where the protocol's header starts; -1 in fragments but the first, and where the octets do not reach it. */
    public long transportOffset() {
        return transport;
    }

    /** Behind all headers; -1 if the octets do not reach it. */
    public long payloadOffset() {
        return payload;
    }

    /** Octets of it that are here, without what Ethernet pads. */
    public int payloadLength() {
        return payload < 0 ? 0 : (int) (end() - payload);
    }

    private void reset(MemorySegment memory, long captured) {
        clear(memory, captured);
        laterFragment = false;
        etherType = 0;
        protocol = -1;
        extensions = 0;
        network = -1;
        transport = -1;
        payload = -1;
    }

    private static boolean isTag(int type) {
        return type == ETH_P_8021Q || type == ETH_P_8021AD || type == ETH_P_QINQ1;
    }

    private void tags(long offset, int firstType) {
        long at = offset;
        int type = firstType;
        for (int tag = 0; isTag(type); tag++) {
            if (tag == MOST_TAGS) {
                malformed = true;
                return;
            }
            if (tag < 2) {
                found(tag == 0 ? Layer.VLAN : Layer.INNER_VLAN, at, captured);
            }
            if (!reaches(at + VLAN_HLEN, Cut.LINK)) {
                return;
            }
            type = u16(at + 2);
            at += VLAN_HLEN;
        }
        etherType = type;
        switch (type) {
            case ETH_P_IP -> ipv4(at);
            case ETH_P_IPV6 -> ipv6(at);
            default -> payload = at;
        }
    }

    private void ipv4(long at) {
        network = at;
        if (at < captured && u8(at) >>> 4 != 4) {
            malformed = true;
            return;
        }
        found(Layer.IPV4, at, captured);
        if (has(PacketField.IPV4_PROTOCOL)) {
            known((int) value(PacketField.IPV4_PROTOCOL), false);
        }
        long headerBytes = value(PacketField.IPV4_IHL) * 4;
        if (at < captured && headerBytes < IPV4_BYTES) {
            malformed = true;
            return;
        }
        long total = value(PacketField.IPV4_TOTAL_LENGTH);
        // 0 in packets that segmentation offload has made longer than 65,535 octets.
        declared = total == 0 ? Long.MAX_VALUE : at + total;
        if (!reaches(at + Math.max(headerBytes, IPV4_BYTES), Cut.NETWORK)) {
            return;
        }
        laterFragment = value(PacketField.IPV4_FRAGMENT_OFFSET) != 0;
        extensions(at + headerBytes, (int) value(PacketField.IPV4_PROTOCOL), false);
    }

    private void ipv6(long at) {
        network = at;
        if (at < captured && u8(at) >>> 4 != 6) {
            malformed = true;
            return;
        }
        found(Layer.IPV6, at, captured);
        if (has(PacketField.IPV6_NEXT_HEADER)) {
            known((int) value(PacketField.IPV6_NEXT_HEADER), true);
        }
        long length = value(PacketField.IPV6_PAYLOAD_LENGTH);
        // 0 in jumbograms, and as above.
        declared = length == 0 ? Long.MAX_VALUE : at + IPV6_BYTES + length;
        if (reaches(at + IPV6_BYTES, Cut.NETWORK)) {
            extensions(at + IPV6_BYTES, (int) value(PacketField.IPV6_NEXT_HEADER), true);
        }
    }

    private static int extensionBit(int number) {
        return switch (number) {
            case HOP_BY_HOP -> 1;
            case ROUTING -> 1 << 1;
            case FRAGMENT -> 1 << 2;
            case AH -> 1 << 3;
            case DESTINATION_OPTIONS -> 1 << 4;
            case MOBILITY -> 1 << 5;
            // HIP and Shim6.
            case 139 -> 1 << 6;
            case 140 -> 1 << 7;
            default -> 0;
        };
    }

    private static boolean isExtension(int number, boolean ipv6) {
        return number == AH || (ipv6 && extensionBit(number) != 0);
    }

    private void known(int number, boolean ipv6) {
        protocol = isExtension(number, ipv6) ? -1 : number;
    }

    /** Goes through extension headers, as many as there may be, to the protocol behind them. */
    private void extensions(long start, int first, boolean ipv6) {
        long at = start;
        int number = first;
        for (int i = 0; isExtension(number, ipv6) && !laterFragment; i++) {
            if (i == MOST_EXTENSIONS) {
                malformed = true;
                return;
            }
            extensions |= extensionBit(number);
            if (number == ROUTING) {
                found(Layer.ROUTING, at, end());
            } else if (number == AH) {
                found(Layer.AH, at, end());
            } else if (number == FRAGMENT) {
                found(Layer.FRAGMENT, at, end());
                laterFragment = value(PacketField.IPV6_FRAGMENT_OFFSET) != 0;
            }
            int next = at < end() ? u8(at) : number;
            known(next, ipv6);
            if (!reaches(at + 2, Cut.EXTENSION)) {
                return;
            }
            long octets = number == FRAGMENT ? 8 : number == AH ? (u8(at + 1) + 2) * 4L : (u8(at + 1) + 1) * 8L;
            if (!reaches(at + octets, Cut.EXTENSION)) {
                return;
            }
            at += octets;
            number = next;
        }
        protocol = number;
        if (laterFragment) {
            payload = at;
            cutInPayload();
        } else if (at <= captured) {
            transport = at;
            transport(at);
        }
    }

    private void transport(long at) {
        long end = end();
        switch (protocol) {
            case TCP -> tcp(at, end);
            case UDP -> {
                found(Layer.PORTS, at, end);
                found(Layer.UDP, at, end);
                payload(at + UDP_BYTES);
            }
            case UDP_LITE -> {
                found(Layer.PORTS, at, end);
                found(Layer.UDP_LITE, at, end);
                payload(at + UDP_BYTES);
            }
            case SCTP -> {
                found(Layer.PORTS, at, end);
                found(Layer.SCTP, at, end);
                payload(at + SCTP_BYTES);
            }
            case DCCP -> {
                found(Layer.PORTS, at, end);
                payload(at + 12);
            }
            case ICMP -> icmp(Layer.ICMP, at, end);
            case ICMPV6 -> icmp(Layer.ICMPV6, at, end);
            case GRE -> gre(at, end);
            case ESP -> {
                found(Layer.ESP, at, end);
                payload(at + 8);
            }
            default -> payload(at);
        }
    }

    private void tcp(long at, long end) {
        found(Layer.PORTS, at, end);
        found(Layer.TCP, at, end);
        long headerBytes = value(PacketField.TCP_DATA_OFFSET) * 4;
        if (has(PacketField.TCP_DATA_OFFSET) && headerBytes < TCP_BYTES) {
            malformed = true;
            return;
        }
        payload(at + Math.max(headerBytes, TCP_BYTES));
    }

    private void icmp(int layer, long at, long end) {
        found(layer, at, end);
        int type = at < end ? u8(at) : -1;
        boolean echo = layer == Layer.ICMPV6 ? type == 128 || type == 129 : type == 8 || type == 0;
        // Timestamp, information and address mask have the same two behind the checksum.
        boolean query = layer == Layer.ICMP && type >= 13 && type <= 18;
        if (echo || query) {
            found(Layer.ECHO, at, end);
        }
        // All that RFC 4443 and 792 know have four octets behind the checksum.
        payload(at + ICMP_BYTES);
    }

    private void gre(long at, long end) {
        found(Layer.GRE, at, end);
        if (!has(PacketField.GRE_VERSION)) {
            payload(at + GRE_BYTES);
            return;
        }
        int flags = u16(at);
        long next = at + GRE_BYTES + ((flags & GRE_CHECKSUM_OR_ROUTING) != 0 ? 4 : 0);
        if ((flags & GRE_HAS_KEY) != 0) {
            found(Layer.GRE_KEY, next, end);
            next += 4;
        }
        payload(next + ((flags & GRE_HAS_SEQUENCE) != 0 ? 4 : 0));
    }

    private void payload(long at) {
        if (reaches(at, Cut.TRANSPORT)) {
            payload = at;
            cutInPayload();
        }
    }

    private void cutInPayload() {
        if (declared != Long.MAX_VALUE && captured < declared) {
            cut = Cut.PAYLOAD;
        }
    }

    private long addressesFrom() {
        long ipv4 = start(Layer.IPV4);
        if (ipv4 >= 0) {
            return ipv4 + 12;
        }
        long ipv6 = start(Layer.IPV6);
        return ipv6 < 0 ? -1 : ipv6 + 8;
    }

    private int addressBytes() {
        return isIpv6() ? 16 : 4;
    }

    private long low(long address) {
        return isIpv6() ? memory.get(U64, address + 8) : Integer.toUnsignedLong(memory.get(U32, address));
    }
}
