package io.nurs.netlink.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The Internet checksum (RFC 1071), and mending those of a packet that was changed. Allocates nothing. */
public final class Checksums {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int IPV4_CHECKSUM = 10;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int ICMP_CHECKSUM = 2;

    private Checksums() {}

    /** What {@link #mend} could do. */
    public enum Mended {
        /** All checksums of the packet are right. */
        ALL,
        /**
         * The transport's is as it was: the packet is a fragment, cut, malformed or of another protocol, or has a route whose
         * last address is not in the header. IPv4's own is right if its header is whole. See {@link #adjusted}.
         */
        NETWORK_ONLY
    }

    /**
     * Computes the checksums of IPv4's header, TCP, UDP, ICMP and ICMPv6 anew and writes them into the packet that the view
     * points at; what they cover must be as it is to stay, lengths too. A UDP datagram over IPv4 that has none (0) stays so.
     */
    public static Mended mend(PacketHeaders packet) {
        MemorySegment memory = packet.memory();
        if (packet.isIpv4()) {
            mendIpv4(packet, memory);
        }
        boolean whole = packet.cut() == PacketHeaders.Cut.NONE && !packet.isMalformed() && !packet.isFragment();
        if (!whole || packet.transportOffset() < 0 || packet.value(PacketField.IPV6_SEGMENTS_LEFT) != 0) {
            return Mended.NETWORK_ONLY;
        }
        long start = packet.transportOffset();
        long octets = packet.end() - start;
        return switch (packet.protocol()) {
            case PacketHeaders.TCP -> write(memory, start + TCP_CHECKSUM, transportSum(packet, start, octets));
            case PacketHeaders.UDP -> mendUdp(packet, start, octets);
            case PacketHeaders.ICMP ->
                write(memory, start + ICMP_CHECKSUM, cleared(memory, start, octets, ICMP_CHECKSUM));
            case PacketHeaders.ICMPV6 -> write(memory, start + ICMP_CHECKSUM, transportSum(packet, start, octets));
            default -> Mended.NETWORK_ONLY;
        };
    }

    /**
     * A checksum after two octets that it covers, at an even distance from its start, were changed; RFC 1624. For fragments,
     * whose checksum nobody can compute anew. Not for UDP's 0, which is none.
     */
    public static int adjusted(int checksum, int before, int after) {
        return ~fold((~checksum & 0xffff) + (~before & 0xffffL) + (after & 0xffff)) & 0xffff;
    }

    /** The sum of 16-bit words in network order, carries not yet added, to go on with; an odd last octet counts as followed by 0. */
    public static long sum(MemorySegment memory, long offset, long octets) {
        long sum = 0;
        long at = offset;
        long end = offset + octets;
        for (; end - at >= Integer.BYTES; at += Integer.BYTES) {
            sum += Integer.toUnsignedLong(memory.get(U32, at));
        }
        if (end - at >= Short.BYTES) {
            sum += Short.toUnsignedInt(memory.get(U16, at));
            at += Short.BYTES;
        }
        return at < end ? sum + (Byte.toUnsignedInt(memory.get(U8, at)) << 8) : sum;
    }

    /** Adds the carries: 16 bits, not yet inverted. 0xffff over a packet and its checksum means that it is right. */
    public static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    /** The sum over the pseudo-header of TCP, UDP or ICMPv6, to which that of the octets belongs: RFC 9293 §3.1, RFC 8200 §8.1. */
    public static long pseudoHeaderSum(PacketHeaders packet, long transportOctets) {
        long addressOctets = packet.isIpv6() ? 32 : 8;
        return sum(packet.memory(), packet.sourceOffset(), addressOctets) + transportOctets + packet.protocol();
    }

    private static void mendIpv4(PacketHeaders packet, MemorySegment memory) {
        long start = packet.networkOffset();
        long octets = packet.value(PacketField.IPV4_IHL) * 4;
        if (octets >= 20 && start + octets <= packet.end()) {
            write(memory, start + IPV4_CHECKSUM, cleared(memory, start, octets, IPV4_CHECKSUM));
        }
    }

    private static Mended mendUdp(PacketHeaders packet, long start, long available) {
        // UDP says its length itself; what is beyond that belongs to nobody. 0 in jumbograms.
        long length = packet.value(PacketField.UDP_LENGTH);
        long octets = length == 0 ? available : length;
        if (octets < 8 || octets > available) {
            return Mended.NETWORK_ONLY;
        }
        if (packet.isIpv4() && packet.value(PacketField.UDP_CHECKSUM) == 0) {
            return Mended.ALL;
        }
        MemorySegment memory = packet.memory();
        long sum = cleared(memory, start, octets, UDP_CHECKSUM) + pseudoHeaderSum(packet, octets);
        // A sum that comes to 0 is sent as its other form, because 0 says that there is none.
        int checksum = ~fold(sum) & 0xffff;
        memory.set(U16, start + UDP_CHECKSUM, (short) (checksum == 0 ? 0xffff : checksum));
        return Mended.ALL;
    }

    private static long transportSum(PacketHeaders packet, long start, long octets) {
        int checksum = packet.protocol() == PacketHeaders.TCP ? TCP_CHECKSUM : ICMP_CHECKSUM;
        return cleared(packet.memory(), start, octets, checksum) + pseudoHeaderSum(packet, octets);
    }

    /** The sum of octets with their own checksum taken for 0. */
    private static long cleared(MemorySegment memory, long start, long octets, int checksum) {
        memory.set(U16, start + checksum, (short) 0);
        return sum(memory, start, octets);
    }

    private static Mended write(MemorySegment memory, long at, long sum) {
        memory.set(U16, at, (short) ~fold(sum));
        return Mended.ALL;
    }
}
