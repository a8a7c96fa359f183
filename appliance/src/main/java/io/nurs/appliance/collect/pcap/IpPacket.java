package io.nurs.appliance.collect.pcap;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An IP packet, or a fragment of one.
 *
 * @param payload behind IP's headers
 * @param isCut whether the capture has less of it than was sent
 * @param fragment null if it is whole
 */
record IpPacket(
        InetAddress source,
        InetAddress destination,
        int protocol,
        ByteBuffer payload,
        boolean isCut,
        @Nullable Fragment fragment) {
    static final int TCP = 6;
    static final int UDP = 17;

    private static final int HEADER4 = 20;
    private static final int HEADER6 = 40;
    private static final int FRAGMENT_HEADER = 44;

    /** Where a part of a packet belongs. RFC 791, RFC 8200 §4.5 */
    record Fragment(int id, int offset, boolean isLast) {}

    /** Null if it is no IP packet. */
    static @Nullable IpPacket read(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return null;
        }
        return switch (in.get(in.position()) >> 4 & 0xf) {
            case 4 -> read4(in.slice());
            case 6 -> read6(in.slice());
            default -> null;
        };
    }

    private static @Nullable IpPacket read4(ByteBuffer in) {
        int header = in.remaining() < HEADER4 ? 0 : (in.get(0) & 0xf) * 4;
        if (header < HEADER4 || in.remaining() < header) {
            return null;
        }
        // What the kernel has a network card segment was captured with a length of 0.
        int total = u16(in, 2) == 0 ? in.remaining() : u16(in, 2);
        if (total < header) {
            return null;
        }
        int flags = u16(in, 6);
        int offset = (flags & 0x1fff) * 8;
        boolean more = (flags & 0x2000) != 0;
        int end = Math.min(total, in.remaining());
        return new IpPacket(
                address(in, 12, 4),
                address(in, 16, 4),
                in.get(9) & 0xff,
                in.slice(header, end - header),
                in.remaining() < total,
                offset == 0 && !more ? null : new Fragment(u16(in, 4), offset, !more));
    }

    private static @Nullable IpPacket read6(ByteBuffer in) {
        if (in.remaining() < HEADER6) {
            return null;
        }
        int length = u16(in, 4);
        int end = length == 0 ? in.remaining() : Math.min(HEADER6 + length, in.remaining());
        boolean isCut = HEADER6 + length > in.remaining();
        int next = in.get(6) & 0xff;
        int at = HEADER6;
        Fragment fragment = null;
        while (isExtension(next)) {
            if (at + 8 > end) {
                return null;
            }
            int extension = next;
            next = in.get(at) & 0xff;
            if (extension == FRAGMENT_HEADER) {
                int flags = u16(in, at + 2);
                fragment = new Fragment(in.getInt(at + 4), flags & 0xfff8, (flags & 1) == 0);
                at += 8;
                if (fragment.offset > 0) {
                    break; // what follows is the middle of something
                }
            } else {
                at += 8 + (in.get(at + 1) & 0xff) * 8;
            }
        }
        if (at > end) {
            return null;
        }
        return new IpPacket(address(in, 8, 16), address(in, 24, 16), next, in.slice(at, end - at), isCut, fragment);
    }

    /** Hop-by-hop, routing, destination options, fragment. RFC 8200 §4 */
    private static boolean isExtension(int protocol) {
        return protocol == 0 || protocol == 43 || protocol == 60 || protocol == FRAGMENT_HEADER;
    }

    private static int u16(ByteBuffer in, int offset) {
        return Short.toUnsignedInt(in.getShort(offset));
    }

    private static InetAddress address(ByteBuffer in, int offset, int length) {
        byte[] octets = new byte[length];
        in.get(offset, octets);
        try {
            return length == 16 ? Inet6Address.getByAddress(null, octets, -1) : InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " octets", e);
        }
    }
}
