package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;

import io.nurs.netlink.AttributePolicy;

/**
 * Which attributes of a queued packet we remember, and how long each must be. The slot of an attribute is its type; VLAN's
 * two follow. A conntrack entry is walked only when somebody asks for it.
 */
final class NfqueuePolicy {
    static final int VLAN_PROTO = NFQA_CGROUP_CLASSID + 1;
    static final int VLAN_TCI = NFQA_CGROUP_CLASSID + 2;

    static final AttributePolicy PACKET = new AttributePolicy()
            // Packed: packet_id (be32), hw_protocol (be16), hook.
            .value(NFQA_PACKET_HDR, NFQA_PACKET_HDR, 7)
            .value(NFQA_MARK, NFQA_MARK, 4)
            .value(NFQA_TIMESTAMP, NFQA_TIMESTAMP, 16)
            .value(NFQA_IFINDEX_INDEV, NFQA_IFINDEX_INDEV, 4)
            .value(NFQA_IFINDEX_OUTDEV, NFQA_IFINDEX_OUTDEV, 4)
            .value(NFQA_IFINDEX_PHYSINDEV, NFQA_IFINDEX_PHYSINDEV, 4)
            .value(NFQA_IFINDEX_PHYSOUTDEV, NFQA_IFINDEX_PHYSOUTDEV, 4)
            .value(NFQA_HWADDR, NFQA_HWADDR, 12)
            .value(NFQA_PAYLOAD, NFQA_PAYLOAD, 0)
            .value(NFQA_CT, NFQA_CT, 0)
            .value(NFQA_CT_INFO, NFQA_CT_INFO, 4)
            .value(NFQA_CAP_LEN, NFQA_CAP_LEN, 4)
            .value(NFQA_SKB_INFO, NFQA_SKB_INFO, 4)
            .value(NFQA_UID, NFQA_UID, 4)
            .value(NFQA_GID, NFQA_GID, 4)
            .value(NFQA_SECCTX, NFQA_SECCTX, 0)
            .nested(
                    NFQA_VLAN,
                    new AttributePolicy().value(NFQA_VLAN_PROTO, VLAN_PROTO, 2).value(NFQA_VLAN_TCI, VLAN_TCI, 2))
            .value(NFQA_L2HDR, NFQA_L2HDR, 0)
            .value(NFQA_PRIORITY, NFQA_PRIORITY, 4)
            .value(NFQA_CGROUP_CLASSID, NFQA_CGROUP_CLASSID, 4);

    private NfqueuePolicy() {}
}
