package io.nurs.netlink.nftables;

import io.nurs.netlink.AttributeCursor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** How nf_tables writes numbers and text, and what its views share in reading them. */
final class Octets {
    static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Octets() {}

    /** Up to the NUL, if there is one. */
    static String of(MemorySegment memory, long offset, int length) {
        int end = 0;
        while (end < length && memory.get(U8, offset + end) != 0) {
            end++;
        }
        return new String(octets(memory, offset, end), StandardCharsets.UTF_8);
    }

    /** Whether the text up to the NUL is this one, which must be ASCII. */
    static boolean equal(MemorySegment memory, long offset, int length, String text) {
        if (length < text.length() || (length > text.length() && memory.get(U8, offset + text.length()) != 0)) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (memory.get(U8, offset + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static byte[] octets(MemorySegment memory, long offset, int length) {
        byte[] octets = new byte[length];
        MemorySegment.copy(memory, U8, offset, octets, 0, length);
        return octets;
    }

    /** Moves the cursor on to the attribute; false if there is none, or a shorter one. */
    static boolean find(AttributeCursor cursor, int type, int leastLength) {
        while (cursor.next()) {
            if (cursor.type() == type) {
                return cursor.valueLength() >= leastLength;
            }
        }
        return false;
    }

    /** Moves the cursor to an attribute within the one where it stands. */
    static boolean enter(AttributeCursor cursor, MemorySegment memory, int type, int leastLength) {
        long start = cursor.valueOffset();
        return find(cursor.wrap(memory, start, start + cursor.valueLength()), type, leastLength);
    }

    /**
     * The text of this type among a user's data, which are nft's own: type and length, an octet each, and the value
     * (libnftnl/udata.h); empty if there is none.
     */
    static String userData(MemorySegment memory, long offset, int length, int type) {
        long end = offset + length;
        long next = offset;
        while (end - next >= 2) {
            int valueLength = Byte.toUnsignedInt(memory.get(U8, next + 1));
            if (valueLength > end - next - 2) {
                return "";
            }
            if (Byte.toUnsignedInt(memory.get(U8, next)) == type) {
                return of(memory, next + 2, valueLength);
            }
            next += 2L + valueLength;
        }
        return "";
    }
}
