package io.nurs.netlink;

import java.lang.foreign.MemorySegment;

/**
 * Walks a run of {@code nlattr}, one level of it: the only code that does. Never leaves the range it was given, whatever
 * the lengths in it say.
 */
public final class AttributeCursor {
    /** NLA_HDRLEN, linux/netlink.h */
    public static final int HEADER_BYTES = 4;
    /** NLA_TYPE_MASK: without NLA_F_NESTED and NLA_F_NET_BYTEORDER, which the kernel sets as it likes. */
    private static final int TYPE_MASK = 0x3fff;

    private MemorySegment memory = MemorySegment.NULL;
    private long next;
    private long end;
    private long valueOffset;
    private int valueLength;
    private int type;
    private boolean malformed;

    /** Starts before the first attribute of {@code [offset, end)}. */
    public AttributeCursor wrap(MemorySegment memory, long offset, long end) {
        this.memory = memory;
        this.next = offset;
        this.end = end;
        this.malformed = false;
        return this;
    }

    /** Goes to the next attribute; false at the end, and at an impossible length (see {@link #malformed()}). */
    public boolean next() {
        long left = end - next;
        if (left < HEADER_BYTES) {
            // Up to three octets of padding may follow the last attribute.
            return false;
        }
        int length = Short.toUnsignedInt(memory.get(NetlinkMessage.HOST_U16, next));
        if (length < HEADER_BYTES || length > left) {
            malformed = true;
            return false;
        }
        type = Short.toUnsignedInt(memory.get(NetlinkMessage.HOST_U16, next + 2)) & TYPE_MASK;
        valueOffset = next + HEADER_BYTES;
        valueLength = length - HEADER_BYTES;
        next += align(length);
        return true;
    }

    /** Whether the walk ended at a length below 4 or beyond the range. */
    public boolean malformed() {
        return malformed;
    }

    /** {@code nla_type} without its flags. */
    public int type() {
        return type;
    }

    public long valueOffset() {
        return valueOffset;
    }

    public int valueLength() {
        return valueLength;
    }

    /** NLMSG_ALIGN and NLA_ALIGN: up to the next multiple of 4. */
    static int align(int length) {
        return (length + 3) & ~3;
    }
}
