package io.nurs.netlink.packet;

import io.nurs.netlink.AttributePolicy;

/** Where an {@link AttributePolicy} remembers what a {@link PacketMessage} reads: for the policies of the subsystems. */
public final class PacketSlot {
    public static final int HEADER = 0;
    public static final int MARK = 1;
    public static final int TIMESTAMP = 2;
    public static final int INPUT_INTERFACE = 3;
    public static final int OUTPUT_INTERFACE = 4;
    public static final int PHYSICAL_INPUT_INTERFACE = 5;
    public static final int PHYSICAL_OUTPUT_INTERFACE = 6;
    public static final int HARDWARE_ADDRESS = 7;
    public static final int PAYLOAD = 8;
    public static final int UID = 9;
    public static final int GID = 10;
    public static final int CONNTRACK = 11;
    public static final int CONNTRACK_INFO = 12;
    public static final int LINK_HEADER = 13;
    public static final int VLAN_PROTOCOL = 14;
    public static final int VLAN_TAG = 15;
    /** The first of a subsystem's own. */
    public static final int OWN = 16;

    private PacketSlot() {}
}
