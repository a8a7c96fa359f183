package io.nurs.netlink.packet;

import static io.nurs.netlink.packet.PacketSlot.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.AttributePolicy;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.nflog.NflogMessage;
import io.nurs.netlink.nfqueue.NfqueueMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A borrowed view of one packet and of what the kernel tells of it, in either subsystem: their messages have mostly the same
 * attributes, under other numbers. What a message lacks reads as 0; where 0 is also a value, a {@code has} method tells. Octets stay
 * where they are: an offset into {@link #memory()} and a length.
 */
public abstract sealed class PacketMessage permits NflogMessage, NfqueueMessage {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** hw_addr in struct nfulnl_msg_packet_hw and nfqnl_msg_packet_hw, and its room */
    private static final int HW_ADDR = 4;

    private static final int HW_ADDR_BYTES = 8;

    private final AttributeIndex index;
    private final int protocolInHeader;
    private final ConntrackMessage conntrack = ConntrackMessage.nested();
    private MemorySegment memory = MemorySegment.NULL;
    private int family;
    private int resource;

    /** @param protocolInHeader where hw_protocol stands in the packet header's structure; hook follows it */
    protected PacketMessage(AttributePolicy policy, int protocolInHeader) {
        this.index = new AttributeIndex(policy);
        this.protocolInHeader = protocolInHeader;
    }

    /** Points the view at a message; false if it is malformed or lacks its header, and then the view must not be used. */
    protected final boolean point(NetlinkMessage message) {
        memory = message.memory();
        family = message.family();
        resource = message.resourceId();
        long start = message.offset();
        return index.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length())
                && index.has(HEADER);
    }

    public final MemorySegment memory() {
        return memory;
    }

    /** {@code NFPROTO_*} of the hook: 2 IPv4, 5 netdev, 7 bridge, 10 IPv6; a rule of {@code inet} has the packet's. nfgen_family */
    public final int family() {
        return family;
    }

    /** Number of the group or the queue. res_id */
    public final int number() {
        return resource;
    }

    /** The EtherType of what {@link #payloadOffset()} starts with. hw_protocol of NFULA_PACKET_HDR, NFQA_PACKET_HDR */
    public final int protocol() {
        return Short.toUnsignedInt(memory.get(U16, index.offset(HEADER) + protocolInHeader));
    }

    /** {@code NF_INET_*}, or the family's own: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting. *_PACKET_HDR */
    public final int hook() {
        return Byte.toUnsignedInt(memory.get(U8, index.offset(HEADER) + protocolInHeader + 2));
    }

    /** The packet's mark; 0 is also that of an unmarked one. NFULA_MARK, NFQA_MARK */
    public final int mark() {
        return u32(MARK);
    }

    /** Whether {@link #timestampNanos()} is there: not at output and postrouting. */
    public final boolean hasTimestamp() {
        return has(TIMESTAMP);
    }

    /** Unix time in ns, to the microsecond, at which the packet came in. NFULA_TIMESTAMP, NFQA_TIMESTAMP */
    public final long timestampNanos() {
        long at = offset(TIMESTAMP);
        return at < 0 ? 0 : memory.get(U64, at) * 1_000_000_000 + memory.get(U64, at + 8) * 1_000;
    }

    /** ifindex; 0 if there is none. *_IFINDEX_INDEV */
    public final int inputInterface() {
        return u32(INPUT_INTERFACE);
    }

    /** ifindex; 0 if there is none. *_IFINDEX_OUTDEV */
    public final int outputInterface() {
        return u32(OUTPUT_INTERFACE);
    }

    /** The port of the bridge that {@link #inputInterface()} is; 0 if that is none. *_IFINDEX_PHYSINDEV */
    public final int physicalInputInterface() {
        return u32(PHYSICAL_INPUT_INTERFACE);
    }

    /** The port of the bridge that {@link #outputInterface()} is; 0 if that is none. *_IFINDEX_PHYSOUTDEV */
    public final int physicalOutputInterface() {
        return u32(PHYSICAL_OUTPUT_INTERFACE);
    }

    /** The sender's link address; -1 if there is none. NFULA_HWADDR, NFQA_HWADDR */
    public final long hardwareAddressOffset() {
        return has(HARDWARE_ADDRESS) ? offset(HARDWARE_ADDRESS) + HW_ADDR : -1;
    }

    /** At most 8. NFULA_HWADDR, NFQA_HWADDR */
    public final int hardwareAddressLength() {
        return Math.min(u16(HARDWARE_ADDRESS), HW_ADDR_BYTES);
    }

    /** Where the packet starts, its network header first; -1 in copy modes none and meta. NFULA_PAYLOAD, NFQA_PAYLOAD */
    public final long payloadOffset() {
        return offset(PAYLOAD);
    }

    /**
     * Octets of the packet that are here: all of them, or those of the copy range. Checksums of a packet that goes out may not
     * be made yet, where the interface is to do it. NFULA_PAYLOAD, NFQA_PAYLOAD
     */
    public final int payloadLength() {
        return length(PAYLOAD);
    }

    /** Whether a socket of this host sent the packet, and {@link #uid()} and {@link #gid()} are that's. In a queue with NFQA_CFG_F_UID_GID. */
    public final boolean hasUid() {
        return has(UID);
    }

    /** NFULA_UID, NFQA_UID */
    public final int uid() {
        return u32(UID);
    }

    /** NFULA_GID, NFQA_GID */
    public final int gid() {
        return u32(GID);
    }

    /** The link header of a bridged packet; -1 in other families. NFULA_L2HDR, NFQA_L2HDR */
    public final long linkHeaderOffset() {
        return offset(LINK_HEADER);
    }

    /** NFULA_L2HDR, NFQA_L2HDR */
    public final int linkHeaderLength() {
        return length(LINK_HEADER);
    }

    /** Whether the interface took a VLAN tag off; bridge only. */
    public final boolean hasVlan() {
        return has(VLAN_TAG);
    }

    /** The tag's EtherType, 0x8100 or 0x88a8. NFULA_VLAN_PROTO, NFQA_VLAN_PROTO */
    public final int vlanProtocol() {
        return u16(VLAN_PROTOCOL);
    }

    /** Priority (3 bits), drop eligible (1), VLAN (12). NFULA_VLAN_TCI, NFQA_VLAN_TCI */
    public final int vlanTci() {
        return u16(VLAN_TAG);
    }

    /** Whether {@link #conntrackInfo()} is there: if the group or queue is asked for it, of a packet that is tracked. */
    public final boolean hasConntrackInfo() {
        return has(CONNTRACK_INFO);
    }

    /** {@code enum ip_conntrack_info}, linux/netfilter/nf_conntrack_common.h. NFULA_CT_INFO, NFQA_CT_INFO */
    public final int conntrackInfo() {
        return u32(CONNTRACK_INFO);
    }

    /** Whether a whole conntrack entry is there; points {@link #conntrack()} at it. NFULA_CT, NFQA_CT */
    public final boolean readConntrack() {
        return has(CONNTRACK) && conntrack.wrap(memory, offset(CONNTRACK), length(CONNTRACK));
    }

    /** The packet's conntrack entry, after {@link #readConntrack()} has said that it is there. */
    public final ConntrackMessage conntrack() {
        return conntrack;
    }

    protected final boolean has(int slot) {
        return index.has(slot);
    }

    /** -1 if there is none. */
    protected final long offset(int slot) {
        return index.offset(slot);
    }

    /** 0 if there is none. */
    protected final int length(int slot) {
        return index.has(slot) ? index.length(slot) : 0;
    }

    protected final int u16(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : Short.toUnsignedInt(memory.get(U16, offset));
    }

    protected final int u32(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : memory.get(U32, offset);
    }
}
