package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;
import static io.nurs.netlink.packet.PacketSlot.*;

import io.nurs.netlink.AttributePolicy;

/**
 * Which attributes of a queued packet we remember, and how long each must be. A conntrack entry is walked only when somebody asks
 * for it.
 */
final class NfqueuePolicy {
    static final int CAPTURED_LENGTH = OWN;
    static final int PACKET_FLAGS = OWN + 1;
    static final int SECURITY_CONTEXT = OWN + 2;
    static final int PRIORITY = OWN + 3;
    static final int CGROUP_CLASSID = OWN + 4;

    static final AttributePolicy PACKET = new AttributePolicy()
            // Packed: packet_id (be32), hw_protocol (be16), hook.
            .value(NFQA_PACKET_HDR, HEADER, 7)
            .value(NFQA_MARK, MARK, 4)
            .value(NFQA_TIMESTAMP, TIMESTAMP, 16)
            .value(NFQA_IFINDEX_INDEV, INPUT_INTERFACE, 4)
            .value(NFQA_IFINDEX_OUTDEV, OUTPUT_INTERFACE, 4)
            .value(NFQA_IFINDEX_PHYSINDEV, PHYSICAL_INPUT_INTERFACE, 4)
            .value(NFQA_IFINDEX_PHYSOUTDEV, PHYSICAL_OUTPUT_INTERFACE, 4)
            .value(NFQA_HWADDR, HARDWARE_ADDRESS, 12)
            .value(NFQA_PAYLOAD, PAYLOAD, 0)
            .value(NFQA_CT, CONNTRACK, 0)
            .value(NFQA_CT_INFO, CONNTRACK_INFO, 4)
            .value(NFQA_CAP_LEN, CAPTURED_LENGTH, 4)
            .value(NFQA_SKB_INFO, PACKET_FLAGS, 4)
            .value(NFQA_UID, UID, 4)
            .value(NFQA_GID, GID, 4)
            .value(NFQA_SECCTX, SECURITY_CONTEXT, 0)
            .nested(
                    NFQA_VLAN,
                    new AttributePolicy()
                            .value(NFQA_VLAN_PROTO, VLAN_PROTOCOL, 2)
                            .value(NFQA_VLAN_TCI, VLAN_TAG, 2))
            .value(NFQA_L2HDR, LINK_HEADER, 0)
            .value(NFQA_PRIORITY, PRIORITY, 4)
            .value(NFQA_CGROUP_CLASSID, CGROUP_CLASSID, 4);

    private NfqueuePolicy() {}
}
