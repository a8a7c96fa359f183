package io.nurs.netlink.nflog;

import static io.nurs.netlink.nflog.NflogAttribute.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A borrowed view of one logged packet and of what its rule knew. What a message lacks reads as 0; where 0 is also a value,
 * a {@code has} method tells. Octets stay where they are: an offset into {@link #memory()} and a length.
 *
 * <p>Longer than a class should be, by an accessor for each attribute of the kernel's.
 */
public final class NflogMessage {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** hw_addr in struct nfulnl_msg_packet_hw, and its room */
    private static final int HW_ADDR = 4;

    private static final int HW_ADDR_BYTES = 8;

    private final AttributeIndex index = new AttributeIndex(NflogPolicy.PACKET);
    private final ConntrackMessage conntrack = ConntrackMessage.nested();
    private MemorySegment memory = MemorySegment.NULL;
    private int family;
    private int group;

    NflogMessage() {}

    /** Points the view at a message; false if it is malformed or lacks its header, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        family = message.family();
        group = message.resourceId();
        long start = message.offset();
        return index.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length())
                && index.has(NFULA_PACKET_HDR);
    }

    public MemorySegment memory() {
        return memory;
    }

    /** {@code NFPROTO_*} of the hook: 2 IPv4, 5 netdev, 7 bridge, 10 IPv6; a rule of {@code inet} has the packet's. nfgen_family */
    public int family() {
        return family;
    }

    /** res_id */
    public int group() {
        return group;
    }

    /** The EtherType of what {@link #payloadOffset()} starts with. hw_protocol of NFULA_PACKET_HDR */
    public int protocol() {
        return u16(NFULA_PACKET_HDR);
    }

    /** {@code NF_INET_*}, or the family's own: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting. NFULA_PACKET_HDR */
    public int hook() {
        return Byte.toUnsignedInt(memory.get(U8, index.offset(NFULA_PACKET_HDR) + 2));
    }

    /** The packet's mark; 0 is also that of an unmarked one. NFULA_MARK */
    public int mark() {
        return u32(NFULA_MARK);
    }

    /** Whether {@link #timestampNanos()} is there: not at output and postrouting. */
    public boolean hasTimestamp() {
        return index.has(NFULA_TIMESTAMP);
    }

    /** Unix time in ns, to the microsecond, at which the packet came in. NFULA_TIMESTAMP */
    public long timestampNanos() {
        long at = index.offset(NFULA_TIMESTAMP);
        return at < 0 ? 0 : memory.get(U64, at) * 1_000_000_000 + memory.get(U64, at + 8) * 1_000;
    }

    /** ifindex; 0 if there is none. NFULA_IFINDEX_INDEV */
    public int inputInterface() {
        return u32(NFULA_IFINDEX_INDEV);
    }

    /** ifindex; 0 if there is none. NFULA_IFINDEX_OUTDEV */
    public int outputInterface() {
        return u32(NFULA_IFINDEX_OUTDEV);
    }

    /** The port of the bridge that {@link #inputInterface()} is; 0 if that is none. NFULA_IFINDEX_PHYSINDEV */
    public int physicalInputInterface() {
        return u32(NFULA_IFINDEX_PHYSINDEV);
    }

    /** The port of the bridge that {@link #outputInterface()} is; 0 if that is none. NFULA_IFINDEX_PHYSOUTDEV */
    public int physicalOutputInterface() {
        return u32(NFULA_IFINDEX_PHYSOUTDEV);
    }

    /** The sender's link address; -1 if there is none. NFULA_HWADDR */
    public long hardwareAddressOffset() {
        return index.has(NFULA_HWADDR) ? index.offset(NFULA_HWADDR) + HW_ADDR : -1;
    }

    /** At most 8. NFULA_HWADDR */
    public int hardwareAddressLength() {
        return Math.min(u16(NFULA_HWADDR), HW_ADDR_BYTES);
    }

    /** Where the packet starts, its network header first; -1 in copy modes none and meta. NFULA_PAYLOAD */
    public long payloadOffset() {
        return index.offset(NFULA_PAYLOAD);
    }

    /**
     * Octets of the packet that are here: all of them, or those of the copy range. Checksums of a packet that goes out may not
     * be made yet, where the interface is to do it. NFULA_PAYLOAD
     */
    public int payloadLength() {
        return length(NFULA_PAYLOAD);
    }

    /** What the rule calls it; empty if nothing. Allocates. NFULA_PREFIX */
    public String prefix() {
        byte[] octets = new byte[prefixLength()];
        if (octets.length > 0) {
            MemorySegment.copy(memory, U8, prefixOffset(), octets, 0, octets.length);
        }
        return new String(octets, StandardCharsets.UTF_8);
    }

    /** -1 if there is none. NFULA_PREFIX */
    public long prefixOffset() {
        return index.offset(NFULA_PREFIX);
    }

    /** Without the NUL at its end. NFULA_PREFIX */
    public int prefixLength() {
        int length = length(NFULA_PREFIX);
        long offset = prefixOffset();
        while (length > 0 && memory.get(U8, offset + length - 1) == 0) {
            length--;
        }
        return length;
    }

    /** Whether a socket of this host sent the packet, and {@link #uid()} and {@link #gid()} are that's. */
    public boolean hasUid() {
        return index.has(NFULA_UID);
    }

    /** NFULA_UID */
    public int uid() {
        return u32(NFULA_UID);
    }

    /** NFULA_GID */
    public int gid() {
        return u32(NFULA_GID);
    }

    /** With NFULNL_CFG_F_SEQ. */
    public boolean hasSequence() {
        return index.has(NFULA_SEQ);
    }

    /** The packet's number in its group, from 0, wrapping: a gap is a loss. NFULA_SEQ */
    public int sequence() {
        return u32(NFULA_SEQ);
    }

    /** With NFULNL_CFG_F_SEQ_GLOBAL. */
    public boolean hasGlobalSequence() {
        return index.has(NFULA_SEQ_GLOBAL);
    }

    /** The packet's number among those of all groups of the namespace that count so. NFULA_SEQ_GLOBAL */
    public int globalSequence() {
        return u32(NFULA_SEQ_GLOBAL);
    }

    /** Whether {@link #hardwareType()} and the header are there: only of packets that came in. */
    public boolean hasHardwareType() {
        return index.has(NFULA_HWTYPE);
    }

    /** {@code ARPHRD_*} of the interface, linux/if_arp.h: 1 is Ethernet, 772 loopback, which has Ethernet's header. NFULA_HWTYPE */
    public int hardwareType() {
        return u16(NFULA_HWTYPE);
    }

    /** The link header as it was received, without a VLAN tag that the interface took off; -1 if there is none. NFULA_HWHEADER */
    public long hardwareHeaderOffset() {
        return index.offset(NFULA_HWHEADER);
    }

    /** NFULA_HWHEADER, cut to NFULA_HWLEN where that is less. */
    public int hardwareHeaderLength() {
        int length = length(NFULA_HWHEADER);
        return index.has(NFULA_HWLEN) ? Math.min(length, u16(NFULA_HWLEN)) : length;
    }

    /** The link header of a bridged packet; -1 in other families. NFULA_L2HDR */
    public long linkHeaderOffset() {
        return index.offset(NFULA_L2HDR);
    }

    /** NFULA_L2HDR */
    public int linkHeaderLength() {
        return length(NFULA_L2HDR);
    }

    /** Whether the interface took a VLAN tag off; bridge only. */
    public boolean hasVlan() {
        return index.has(NflogPolicy.VLAN_TCI);
    }

    /** The tag's EtherType, 0x8100 or 0x88a8. NFULA_VLAN_PROTO */
    public int vlanProtocol() {
        return u16(NflogPolicy.VLAN_PROTO);
    }

    /** Priority (3 bits), drop eligible (1), VLAN (12). NFULA_VLAN_TCI */
    public int vlanTci() {
        return u16(NflogPolicy.VLAN_TCI);
    }

    /** Whether {@link #conntrackInfo()} is there: with NFULNL_CFG_F_CONNTRACK, of a packet that is tracked. */
    public boolean hasConntrackInfo() {
        return index.has(NFULA_CT_INFO);
    }

    /** {@code enum ip_conntrack_info}, linux/netfilter/nf_conntrack_common.h. NFULA_CT_INFO */
    public int conntrackInfo() {
        return u32(NFULA_CT_INFO);
    }

    /** Whether a whole conntrack entry is there; points {@link #conntrack()} at it. NFULA_CT */
    public boolean readConntrack() {
        return index.has(NFULA_CT) && conntrack.wrap(memory, index.offset(NFULA_CT), index.length(NFULA_CT));
    }

    /** The packet's conntrack entry, after {@link #readConntrack()} has said that it is there. NFULA_CT */
    public ConntrackMessage conntrack() {
        return conntrack;
    }

    private int length(int slot) {
        return index.has(slot) ? index.length(slot) : 0;
    }

    private int u16(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : Short.toUnsignedInt(memory.get(U16, offset));
    }

    private int u32(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : memory.get(U32, offset);
    }
}
