package io.nurs.netlink.nflog;

import static io.nurs.netlink.nflog.NflogAttribute.*;
import static io.nurs.netlink.packet.PacketSlot.*;

import io.nurs.netlink.AttributePolicy;

/**
 * Which attributes of a logged packet we remember, and how long each must be. A conntrack entry is walked only when somebody asks
 * for it.
 */
final class NflogPolicy {
    static final int PREFIX = OWN;
    static final int SEQUENCE = OWN + 1;
    static final int GLOBAL_SEQUENCE = OWN + 2;
    static final int HARDWARE_TYPE = OWN + 3;
    static final int HARDWARE_HEADER = OWN + 4;
    static final int HARDWARE_HEADER_LENGTH = OWN + 5;

    static final AttributePolicy PACKET = new AttributePolicy()
            // hw_protocol (be16), hook.
            .value(NFULA_PACKET_HDR, HEADER, 4)
            .value(NFULA_MARK, MARK, 4)
            .value(NFULA_TIMESTAMP, TIMESTAMP, 16)
            .value(NFULA_IFINDEX_INDEV, INPUT_INTERFACE, 4)
            .value(NFULA_IFINDEX_OUTDEV, OUTPUT_INTERFACE, 4)
            .value(NFULA_IFINDEX_PHYSINDEV, PHYSICAL_INPUT_INTERFACE, 4)
            .value(NFULA_IFINDEX_PHYSOUTDEV, PHYSICAL_OUTPUT_INTERFACE, 4)
            .value(NFULA_HWADDR, HARDWARE_ADDRESS, 12)
            .value(NFULA_PAYLOAD, PAYLOAD, 0)
            .value(NFULA_PREFIX, PREFIX, 0)
            .value(NFULA_UID, UID, 4)
            .value(NFULA_SEQ, SEQUENCE, 4)
            .value(NFULA_SEQ_GLOBAL, GLOBAL_SEQUENCE, 4)
            .value(NFULA_GID, GID, 4)
            .value(NFULA_HWTYPE, HARDWARE_TYPE, 2)
            .value(NFULA_HWHEADER, HARDWARE_HEADER, 0)
            .value(NFULA_HWLEN, HARDWARE_HEADER_LENGTH, 2)
            .value(NFULA_CT, CONNTRACK, 0)
            .value(NFULA_CT_INFO, CONNTRACK_INFO, 4)
            .nested(
                    NFULA_VLAN,
                    new AttributePolicy()
                            .value(NFULA_VLAN_PROTO, VLAN_PROTOCOL, 2)
                            .value(NFULA_VLAN_TCI, VLAN_TAG, 2))
            .value(NFULA_L2HDR, LINK_HEADER, 0);

    private NflogPolicy() {}
}
