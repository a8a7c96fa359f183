package io.nurs.netlink.nflog;

import static io.nurs.netlink.nflog.NflogAttribute.*;

import io.nurs.netlink.AttributePolicy;

/**
 * Which attributes of a logged packet we remember, and how long each must be. The slot of an attribute is its type; VLAN's
 * two follow. A conntrack entry is walked only when somebody asks for it.
 */
final class NflogPolicy {
    static final int VLAN_PROTO = NFULA_L2HDR + 1;
    static final int VLAN_TCI = NFULA_L2HDR + 2;

    static final AttributePolicy PACKET = new AttributePolicy()
            .value(NFULA_PACKET_HDR, NFULA_PACKET_HDR, 4)
            .value(NFULA_MARK, NFULA_MARK, 4)
            .value(NFULA_TIMESTAMP, NFULA_TIMESTAMP, 16)
            .value(NFULA_IFINDEX_INDEV, NFULA_IFINDEX_INDEV, 4)
            .value(NFULA_IFINDEX_OUTDEV, NFULA_IFINDEX_OUTDEV, 4)
            .value(NFULA_IFINDEX_PHYSINDEV, NFULA_IFINDEX_PHYSINDEV, 4)
            .value(NFULA_IFINDEX_PHYSOUTDEV, NFULA_IFINDEX_PHYSOUTDEV, 4)
            .value(NFULA_HWADDR, NFULA_HWADDR, 12)
            .value(NFULA_PAYLOAD, NFULA_PAYLOAD, 0)
            .value(NFULA_PREFIX, NFULA_PREFIX, 0)
            .value(NFULA_UID, NFULA_UID, 4)
            .value(NFULA_SEQ, NFULA_SEQ, 4)
            .value(NFULA_SEQ_GLOBAL, NFULA_SEQ_GLOBAL, 4)
            .value(NFULA_GID, NFULA_GID, 4)
            .value(NFULA_HWTYPE, NFULA_HWTYPE, 2)
            .value(NFULA_HWHEADER, NFULA_HWHEADER, 0)
            .value(NFULA_HWLEN, NFULA_HWLEN, 2)
            .value(NFULA_CT, NFULA_CT, 0)
            .value(NFULA_CT_INFO, NFULA_CT_INFO, 4)
            .nested(
                    NFULA_VLAN,
                    new AttributePolicy().value(NFULA_VLAN_PROTO, VLAN_PROTO, 2).value(NFULA_VLAN_TCI, VLAN_TCI, 2))
            .value(NFULA_L2HDR, NFULA_L2HDR, 0);

    private NflogPolicy() {}
}
