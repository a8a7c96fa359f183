package io.nurs.appliance.collect.pcap;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Finds the IP packet in what was captured. Numbers: https://www.tcpdump.org/linktypes.html */
final class LinkLayer {
    private static final int NULL = 0;
    private static final int ETHERNET = 1;
    private static final int RAW_BSD = 12;
    private static final int RAW_OPENBSD = 14;
    private static final int RAW = 101;
    private static final int LOOP = 108;
    private static final int LINUX_SLL = 113;
    private static final int IPV4 = 228;
    private static final int IPV6 = 229;
    private static final int LINUX_SLL2 = 276;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int VLAN = 0x8100;
    private static final int SERVICE_VLAN = 0x88a8;
    private static final int OLD_SERVICE_VLAN = 0x9100;
    private static final int TAG_LENGTH = 4;

    private LinkLayer() {}

    static boolean isKnown(int linkType) {
        return switch (linkType) {
            case NULL, ETHERNET, RAW_BSD, RAW_OPENBSD, RAW, LOOP, LINUX_SLL, IPV4, IPV6, LINUX_SLL2 -> true;
            default -> false;
        };
    }

    /** The packet from its IP header on; null if there is none in it. */
    static @Nullable ByteBuffer ip(CapturedPacket packet) {
        ByteBuffer data = packet.data();
        return switch (packet.linkType()) {
            case RAW_BSD, RAW_OPENBSD, RAW, IPV4, IPV6 -> data;
            case NULL, LOOP -> from(data, 4);
            case ETHERNET -> tagged(data, 12);
            case LINUX_SLL -> tagged(data, 14);
            case LINUX_SLL2 -> etherType(data, 0) == 0 ? null : sll2(data);
            default -> null;
        };
    }

    private static @Nullable ByteBuffer sll2(ByteBuffer data) {
        int type = etherType(data, 0);
        // The type stands in front, what it is the type of 20 octets on.
        return isVlan(type) ? tagged(data, 20 + 2) : isIp(type) ? from(data, 20) : null;
    }

    /** Behind the type at {@code offset}, and as many VLAN tags as there are. */
    private static @Nullable ByteBuffer tagged(ByteBuffer data, int offset) {
        int at = offset;
        while (isVlan(etherType(data, at))) {
            at += TAG_LENGTH;
        }
        return isIp(etherType(data, at)) ? from(data, at + 2) : null;
    }

    private static boolean isVlan(int type) {
        return type == VLAN || type == SERVICE_VLAN || type == OLD_SERVICE_VLAN;
    }

    private static boolean isIp(int type) {
        return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
    }

    private static int etherType(ByteBuffer data, int offset) {
        return offset + 2 > data.limit() ? 0 : Short.toUnsignedInt(data.getShort(offset));
    }

    private static @Nullable ByteBuffer from(ByteBuffer data, int offset) {
        return offset >= data.limit() ? null : data.slice(offset, data.limit() - offset);
    }
}
