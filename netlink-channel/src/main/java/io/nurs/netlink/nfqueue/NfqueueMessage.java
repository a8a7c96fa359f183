package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueuePolicy.*;

import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.packet.PacketMessage;
import io.nurs.netlink.packet.PacketSlot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed view of one packet that waits for a verdict. Its octets may be changed where they are, and be given to
 * {@link NfqueueVerdicts} so.
 */
public final class NfqueueMessage extends PacketMessage {
    /** packet_id comes first in struct nfqnl_msg_packet_hdr. */
    private static final int HW_PROTOCOL = 4;

    NfqueueMessage() {
        super(PACKET, HW_PROTOCOL);
    }

    /** Points the view at a message; false if it is malformed or has no packet id, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        return point(message);
    }

    /** The packet's number in its queue, by which a verdict names it; from 1, wrapping. packet_id of NFQA_PACKET_HDR */
    public int packetId() {
        return u32(PacketSlot.HEADER);
    }

    /** Octets of the packet as it waits in the kernel: more than are here where the copy range cut it. NFQA_CAP_LEN */
    public int packetLength() {
        return has(CAPTURED_LENGTH) ? u32(CAPTURED_LENGTH) : payloadLength();
    }

    /** Whether all of the packet is here. Giving a part back as changed payload would cut the packet to it. */
    public boolean isWhole() {
        return has(PacketSlot.PAYLOAD) && !has(CAPTURED_LENGTH);
    }

    /**
     * {@code NFQA_SKB_*}: NFQA_SKB_GSO of a packet that is longer than its link takes, to be cut up later; NFQA_SKB_CSUMNOTREADY
     * of one whose checksums are to be made later. Both only with NFQA_CFG_F_GSO. NFQA_SKB_INFO
     */
    public int packetFlags() {
        return u32(PACKET_FLAGS);
    }

    /** With NFQA_CFG_F_SECCTX; null if there is none. Allocates. NFQA_SECCTX */
    public @Nullable String securityContext() {
        if (!has(SECURITY_CONTEXT)) {
            return null;
        }
        byte[] octets = new byte[length(SECURITY_CONTEXT)];
        MemorySegment.copy(memory(), ValueLayout.JAVA_BYTE, offset(SECURITY_CONTEXT), octets, 0, octets.length);
        int end = octets.length;
        while (end > 0 && octets[end - 1] == 0) {
            end--;
        }
        return new String(octets, 0, end, StandardCharsets.UTF_8);
    }

    /** The queueing priority, 0 if there is none. NFQA_PRIORITY, since Linux 5.18 */
    public int priority() {
        return u32(PRIORITY);
    }

    /** net_cls's class of the sending socket, 0 if there is none. NFQA_CGROUP_CLASSID, since Linux 6.10 */
    public int cgroupClassId() {
        return u32(CGROUP_CLASSID);
    }
}
