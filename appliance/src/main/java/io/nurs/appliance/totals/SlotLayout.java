package io.nurs.appliance.totals;

import java.lang.foreign.ValueLayout;

/** Where a flow's fields lie in its slot, in the machine's byte order, addresses and ports' octets as the kernel sends them. */
final class SlotLayout {
    static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    /** u64: id, zone, protocol and shape, which are compared at once. */
    static final long IDENTITY = 0;
    /** u32: CTA_ID. */
    static final long ID = 0;
    /** u16. */
    static final long ZONE = 4;
    /** u8: IP protocol number. */
    static final long PROTOCOL = 6;
    /** u8: {@link #OCCUPIED} and one of the {@code ZONE_} values. */
    static final long SHAPE = 7;
    /** u64: Unix ns, 0 unknown. In a free slot: the next free one plus 1. */
    static final long START = 8;
    /** Four u64: packets and octets of the original direction, then of the reply. */
    static final long TOTALS = 16;

    static final long ORIGINAL_PACKETS = 16;
    static final long ORIGINAL_BYTES = 24;
    static final long REPLY_PACKETS = 32;
    static final long REPLY_BYTES = 40;
    /** u64: Unix ns. */
    static final long REPORTED_UNTIL = 48;
    /** u32. */
    static final long MARK = 56;
    /** u16. */
    static final long LAP = 60;
    /** u16: the caller's. */
    static final long FLAGS = 62;
    /** u32: both ports or the like, see TupleView.protocolKey(). */
    static final long ORIGINAL_KEY = 64;
    /** u32. */
    static final long REPLY_KEY = 68;
    /** Source and destination of the original direction, then of the reply. */
    static final long ADDRESSES = 72;

    static final int IPV4_BYTES = 72 + 4 * 4;
    static final int IPV6_BYTES = 72 + 4 * 16;

    static final int OCCUPIED = 0x80;
    /** The zone is that of both directions. CTA_ZONE */
    static final int ZONE_BOTH = 0;
    /** The zone is that of one direction alone. CTA_TUPLE_ZONE */
    static final int ZONE_ORIGINAL = 1;

    static final int ZONE_REPLY = 2;
    static final int ZONE_MASK = 3;

    private SlotLayout() {}

    static int slotBytes(boolean ipv6) {
        return ipv6 ? IPV6_BYTES : IPV4_BYTES;
    }

    static int addressBytes(boolean ipv6) {
        return ipv6 ? 16 : 4;
    }
}
