package io.nurs.appliance.totals;

import java.lang.foreign.MemorySegment;

/** A number below 2^48 and 16 bits that prove it, in one u64: changed by one store, and a wrong bit is seen. */
final class CheckedWord {
    static final long INVALID = -1;

    private static final long MAX = (1L << 48) - 1;

    private CheckedWord() {}

    static void set(MemorySegment memory, long offset, long value) {
        memory.set(SlotLayout.U64, offset, value << 16 | proof(value));
    }

    /** {@link #INVALID} if the proof is wrong. */
    static long value(MemorySegment memory, long offset) {
        long word = memory.get(SlotLayout.U64, offset);
        long value = word >>> 16;
        return (word & 0xffff) == proof(value) ? value : INVALID;
    }

    /** Not 0 for 0, so that a hole in a file proves nothing. */
    private static long proof(long value) {
        return (((value & MAX) + 1) * 0x9e3779b97f4a7c15L) >>> 48;
    }
}
