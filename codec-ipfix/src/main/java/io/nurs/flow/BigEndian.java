package io.nurs.flow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Unaligned network-order access. The layouts are static finals, or each access would look up its VarHandle anew. */
public final class BigEndian {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private BigEndian() {}

    /** Writes the low 8 bits of {@code value}. */
    public static void putU8(MemorySegment memory, long offset, int value) {
        memory.set(U8, offset, (byte) value);
    }

    /** Writes the low 16 bits of {@code value}. */
    public static void putU16(MemorySegment memory, long offset, int value) {
        memory.set(U16, offset, (short) value);
    }

    /** Writes the low 32 bits of {@code value}. */
    public static void putU32(MemorySegment memory, long offset, long value) {
        memory.set(U32, offset, (int) value);
    }

    public static void putU64(MemorySegment memory, long offset, long value) {
        memory.set(U64, offset, value);
    }

    /** Writes the low {@code length} octets of {@code value}. */
    static void putInteger(MemorySegment memory, long offset, int length, long value) {
        for (int i = 0; i < length; i++) {
            putU8(memory, offset + i, (int) (value >>> (Byte.SIZE * (length - 1 - i))));
        }
    }
}
