package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed view of one packet that waits for a verdict. What a message lacks reads as 0; where 0 is also a value, a
 * {@code has} method tells. Octets stay where they are: an offset into {@link #memory()} and a length. They may be changed
 * there, and be given to {@link NfqueueVerdicts} so.
 *
 * <p>Longer than a class should be, by an accessor for each attribute of the kernel's.
 */
public final class NfqueueMessage {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    // struct nfqnl_msg_packet_hdr, packed
    private static final int HW_PROTOCOL = 4;
    private static final int HOOK = 6;
    /** hw_addr in struct nfqnl_msg_packet_hw, and its room */
    private static final int HW_ADDR = 4;

    private static final int HW_ADDR_BYTES = 8;

    private final AttributeIndex index = new AttributeIndex(NfqueuePolicy.PACKET);
    private final ConntrackMessage conntrack = ConntrackMessage.nested();
    private MemorySegment memory = MemorySegment.NULL;
    private int family;
    private int queue;

    NfqueueMessage() {}

    /** Points the view at a message; false if it is malformed or has no packet id, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        family = message.family();
        queue = message.resourceId();
        long start = message.offset();
        return index.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length())
                && index.has(NFQA_PACKET_HDR);
    }

    public MemorySegment memory() {
        return memory;
    }

    /** {@code NFPROTO_*} of the hook: 2 IPv4, 7 bridge, 10 IPv6. nfgen_family */
    public int family() {
        return family;
    }

    /** res_id */
    public int queue() {
        return queue;
    }

    /** The packet's number in its queue, by which a verdict names it; from 1, wrapping. packet_id of NFQA_PACKET_HDR */
    public int packetId() {
        return u32(NFQA_PACKET_HDR);
    }

    /** The EtherType of what {@link #payloadOffset()} starts with. hw_protocol of NFQA_PACKET_HDR */
    public int protocol() {
        return Short.toUnsignedInt(memory.get(U16, index.offset(NFQA_PACKET_HDR) + HW_PROTOCOL));
    }

    /** {@code NF_INET_*}: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting. hook of NFQA_PACKET_HDR */
    public int hook() {
        return Byte.toUnsignedInt(memory.get(U8, index.offset(NFQA_PACKET_HDR) + HOOK));
    }

    /** The packet's mark; 0 is also that of an unmarked one. NFQA_MARK */
    public int mark() {
        return u32(NFQA_MARK);
    }

    /** Whether {@link #timestampNanos()} is there: not at output and postrouting. */
    public boolean hasTimestamp() {
        return index.has(NFQA_TIMESTAMP);
    }

    /** Unix time in ns, to the microsecond, at which the packet came in. NFQA_TIMESTAMP */
    public long timestampNanos() {
        long at = index.offset(NFQA_TIMESTAMP);
        return at < 0 ? 0 : memory.get(U64, at) * 1_000_000_000 + memory.get(U64, at + 8) * 1_000;
    }

    /** ifindex; 0 if there is none. NFQA_IFINDEX_INDEV */
    public int inputInterface() {
        return u32(NFQA_IFINDEX_INDEV);
    }

    /** ifindex; 0 if there is none. NFQA_IFINDEX_OUTDEV */
    public int outputInterface() {
        return u32(NFQA_IFINDEX_OUTDEV);
    }

    /** The port of the bridge that {@link #inputInterface()} is; 0 if that is none. NFQA_IFINDEX_PHYSINDEV */
    public int physicalInputInterface() {
        return u32(NFQA_IFINDEX_PHYSINDEV);
    }

    /** The port of the bridge that {@link #outputInterface()} is; 0 if that is none. NFQA_IFINDEX_PHYSOUTDEV */
    public int physicalOutputInterface() {
        return u32(NFQA_IFINDEX_PHYSOUTDEV);
    }

    /** The sender's link address; -1 if there is none. NFQA_HWADDR */
    public long hardwareAddressOffset() {
        return index.has(NFQA_HWADDR) ? index.offset(NFQA_HWADDR) + HW_ADDR : -1;
    }

    /** At most 8. NFQA_HWADDR */
    public int hardwareAddressLength() {
        return Math.min(u16(NFQA_HWADDR), HW_ADDR_BYTES);
    }

    /** Where the packet starts, its network header first; -1 in copy modes none and meta. NFQA_PAYLOAD */
    public long payloadOffset() {
        return index.offset(NFQA_PAYLOAD);
    }

    /** Octets of the packet that are here. NFQA_PAYLOAD */
    public int payloadLength() {
        return length(NFQA_PAYLOAD);
    }

    /** Octets of the packet as it waits in the kernel: more than are here where the copy range cut it. NFQA_CAP_LEN */
    public int packetLength() {
        return index.has(NFQA_CAP_LEN) ? u32(NFQA_CAP_LEN) : payloadLength();
    }

    /** Whether all of the packet is here. Giving a part back as changed payload would cut the packet to it. */
    public boolean isWhole() {
        return index.has(NFQA_PAYLOAD) && !index.has(NFQA_CAP_LEN);
    }

    /**
     * {@code NFQA_SKB_*}: NFQA_SKB_GSO of a packet that is longer than its link takes, to be cut up later; NFQA_SKB_CSUMNOTREADY
     * of one whose checksums are to be made later. Both only with NFQA_CFG_F_GSO. NFQA_SKB_INFO
     */
    public int packetFlags() {
        return u32(NFQA_SKB_INFO);
    }

    /** With NFQA_CFG_F_UID_GID: whether a socket of this host sent the packet, and uid and gid are that's. */
    public boolean hasUid() {
        return index.has(NFQA_UID);
    }

    /** NFQA_UID */
    public int uid() {
        return u32(NFQA_UID);
    }

    /** NFQA_GID */
    public int gid() {
        return u32(NFQA_GID);
    }

    /** With NFQA_CFG_F_SECCTX; null if there is none. Allocates. NFQA_SECCTX */
    public @Nullable String securityContext() {
        if (!index.has(NFQA_SECCTX)) {
            return null;
        }
        byte[] octets = new byte[index.length(NFQA_SECCTX)];
        MemorySegment.copy(memory, U8, index.offset(NFQA_SECCTX), octets, 0, octets.length);
        int end = octets.length;
        while (end > 0 && octets[end - 1] == 0) {
            end--;
        }
        return new String(octets, 0, end, StandardCharsets.UTF_8);
    }

    /** The link header of a bridged packet; -1 in other families. NFQA_L2HDR */
    public long linkHeaderOffset() {
        return index.offset(NFQA_L2HDR);
    }

    /** NFQA_L2HDR */
    public int linkHeaderLength() {
        return length(NFQA_L2HDR);
    }

    /** Whether the interface took a VLAN tag off; bridge only. */
    public boolean hasVlan() {
        return index.has(NfqueuePolicy.VLAN_TCI);
    }

    /** The tag's EtherType, 0x8100 or 0x88a8. NFQA_VLAN_PROTO */
    public int vlanProtocol() {
        return u16(NfqueuePolicy.VLAN_PROTO);
    }

    /** Priority (3 bits), drop eligible (1), VLAN (12). NFQA_VLAN_TCI */
    public int vlanTci() {
        return u16(NfqueuePolicy.VLAN_TCI);
    }

    /** The queueing priority, 0 if there is none. NFQA_PRIORITY, since Linux 5.18 */
    public int priority() {
        return u32(NFQA_PRIORITY);
    }

    /** net_cls's class of the sending socket, 0 if there is none. NFQA_CGROUP_CLASSID, since Linux 6.10 */
    public int cgroupClassId() {
        return u32(NFQA_CGROUP_CLASSID);
    }

    /** Whether {@link #conntrackInfo()} is there: with NFQA_CFG_F_CONNTRACK, of a packet that is tracked. */
    public boolean hasConntrackInfo() {
        return index.has(NFQA_CT_INFO);
    }

    /** {@code enum ip_conntrack_info}, linux/netfilter/nf_conntrack_common.h. NFQA_CT_INFO */
    public int conntrackInfo() {
        return u32(NFQA_CT_INFO);
    }

    /** Whether a whole conntrack entry is there; points {@link #conntrack()} at it. NFQA_CT */
    public boolean readConntrack() {
        return index.has(NFQA_CT) && conntrack.wrap(memory, index.offset(NFQA_CT), index.length(NFQA_CT));
    }

    /** The packet's conntrack entry, after {@link #readConntrack()} has said that it is there. NFQA_CT */
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
