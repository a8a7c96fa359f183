package io.nurs.netlink.route;

import static io.nurs.netlink.route.RouteAttribute.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.AttributePolicy;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A borrowed view of one link in a dump, or in an event of RTNLGRP_LINK. */
public final class LinkMessage {
    // struct ifinfomsg, linux/rtnetlink.h, behind the nlmsghdr
    private static final int IFI_FAMILY = NetlinkMessage.HEADER_BYTES;
    private static final int IFI_INDEX = NetlinkMessage.HEADER_BYTES + 4;
    private static final int IFI_FLAGS = NetlinkMessage.HEADER_BYTES + 8;
    private static final int ATTRIBUTES = NetlinkMessage.HEADER_BYTES + 16;

    private static final int NAME = 0;
    private static final int ALIAS = 1;
    private static final AttributePolicy POLICY =
            new AttributePolicy().value(IFLA_IFNAME, NAME, 1).value(IFLA_IFALIAS, ALIAS, 0);

    private static final ValueLayout.OfInt HOST_U32 = ValueLayout.JAVA_INT_UNALIGNED;

    private final AttributeIndex attributes = new AttributeIndex(POLICY);
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean removed;
    private boolean dumped;

    LinkMessage() {}

    /** Whether the message tells of a link itself: with another family it tells of what it is to that, as of a bridge's port. */
    static boolean isLink(NetlinkMessage message) {
        boolean link = message.type() == RTM_NEWLINK || message.type() == RTM_DELLINK;
        return link
                && (message.length() < ATTRIBUTES
                        || message.memory().get(ValueLayout.JAVA_BYTE, message.offset() + IFI_FAMILY) == AF_UNSPEC);
    }

    /** Points the view at a link's message; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        offset = message.offset();
        removed = message.type() == RTM_DELLINK;
        dumped = (message.flags() & NetlinkMessage.NLM_F_MULTI) != 0;
        return message.length() >= ATTRIBUTES
                && attributes.index(memory, offset + ATTRIBUTES, offset + message.length())
                && attributes.has(NAME);
    }

    /** Whether this is the last that is heard of the link in this namespace. RTM_DELLINK */
    public boolean isRemoved() {
        return removed;
    }

    /** Whether a dump lists the link; else something has changed. */
    public boolean isDumped() {
        return dumped;
    }

    /** ifindex, above 0. */
    public int index() {
        return memory.get(HOST_U32, offset + IFI_INDEX);
    }

    /** IFF_* */
    public int flags() {
        return memory.get(HOST_U32, offset + IFI_FLAGS);
    }

    /** Up to 15 octets, which may be any but {@code /} and white space. Allocates. IFLA_IFNAME */
    public String name() {
        return string(NAME);
    }

    /** What the operator calls it, up to 255 octets; empty if nothing. Allocates. IFLA_IFALIAS */
    public String alias() {
        return attributes.has(ALIAS) ? string(ALIAS) : "";
    }

    /** Up to the NUL, which a name ends with and an alias may lack. */
    private String string(int slot) {
        byte[] octets = new byte[attributes.length(slot)];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, attributes.offset(slot), octets, 0, octets.length);
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return new String(octets, 0, end, StandardCharsets.UTF_8);
    }
}
