package io.nurs.appliance.filter;

import io.nurs.netlink.packet.PacketHeaders;
import io.nurs.netlink.packet.PacketMessage;

/** A packet as an expression asks it; borrowed. */
public interface PacketView {
    /** What the kernel tells of it. */
    PacketMessage message();

    /** As far as they are here: of a packet that was cut, or of which nothing was copied, less. */
    PacketHeaders headers();
}
