package io.nurs.appliance.source;

import io.nurs.flow.BigEndian;
import io.nurs.netlink.nflog.NflogMessage;
import io.nurs.netlink.packet.PacketMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A packet's octets as they were on its link, put together from what the kernel tells apart: link header, the VLAN tag that the
 * interface took off, packet. There is a link header where a packet came in over something like Ethernet, and where it was bridged;
 * the others begin with their network header.
 */
public final class PacketFrame {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    // linux/if_arp.h
    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;

    private static final int ETH_ALEN = 6;
    private static final int ETH_HLEN = 14;
    private static final int VLAN_HLEN = 4;
    private static final int ADDRESSES = 2 * ETH_ALEN;

    private @Nullable PacketMessage packet;
    private long link;
    private int linkLength;

    void point(PacketMessage message) {
        packet = message;
        linkLength = 0;
        if (message.linkHeaderLength() >= ETH_HLEN) {
            link = message.linkHeaderOffset();
            linkLength = message.linkHeaderLength();
        } else if (message instanceof NflogMessage logged && isEthernet(logged)) {
            link = logged.hardwareHeaderOffset();
            linkLength = logged.hardwareHeaderLength();
        }
    }

    private static boolean isEthernet(NflogMessage logged) {
        int type = logged.hardwareType();
        return logged.hasHardwareType()
                && (type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK)
                && logged.hardwareHeaderLength() >= ETH_HLEN;
    }

    /** Whether it begins with an Ethernet header. */
    public boolean hasLink() {
        return linkLength > 0;
    }

    long linkOffset() {
        return link;
    }

    int linkLength() {
        return linkLength;
    }

    private int tagLength() {
        return hasLink() && message().hasVlan() ? VLAN_HLEN : 0;
    }

    /** Octets before the packet's network header. */
    public int linkOctets() {
        return linkLength + tagLength();
    }

    /** Octets that are here. */
    public int length() {
        return linkOctets() + message().payloadLength();
    }

    /** Writes the first so many octets. */
    public void write(MemorySegment to, long at, int count) {
        int left = count;
        long end = at;
        if (tagLength() == 0) {
            end = copy(link, Math.min(left, linkLength), to, end);
        } else {
            end = copy(link, Math.min(left, ADDRESSES), to, end);
            if (left >= ADDRESSES + VLAN_HLEN) {
                BigEndian.putU16(to, end, message().vlanProtocol());
                BigEndian.putU16(to, end + 2, message().vlanTci());
                end += VLAN_HLEN;
                end = copy(link + ADDRESSES, Math.min(left - ADDRESSES - VLAN_HLEN, linkLength - ADDRESSES), to, end);
            }
        }
        left -= (int) (end - at);
        copy(message().payloadOffset(), Math.min(left, message().payloadLength()), to, end);
    }

    private long copy(long from, int count, MemorySegment to, long at) {
        if (count > 0) {
            MemorySegment.copy(message().memory(), from, to, at, count);
        }
        return at + Math.max(count, 0);
    }

    /** The sender's address as the kernel tells it without the header; 0 if it does not. */
    long hardwareAddress() {
        long at = message().hardwareAddressOffset();
        return at < 0 || message().hardwareAddressLength() < ETH_ALEN
                ? 0
                : Short.toUnsignedLong(message().memory().get(U16, at)) << 32
                        | Integer.toUnsignedLong(message().memory().get(U32, at + 2));
    }

    private PacketMessage message() {
        PacketMessage pointed = packet;
        if (pointed == null) {
            throw new IllegalStateException("points at no packet");
        }
        return pointed;
    }
}
