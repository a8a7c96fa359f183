package io.nurs.appliance.totals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The slots of a table, by number, and which of them are free. A slot never moves. Each chunk is of one family. */
final class SlotChunks {
    private static final int SHIFT = 14;
    /** Whole pages in both families: 352 and 544 of 4 KiB. */
    static final int CHUNK_SLOTS = 1 << SHIFT;

    static final long NONE = -1;

    private final ChunkSource source;
    private final int maxChunks;
    private MemorySegment[] chunks = new MemorySegment[8];
    private int[] slotBytes = new int[8];
    private int count;
    private final FreeSlots ipv4 = new FreeSlots();
    private final FreeSlots ipv6 = new FreeSlots();

    /** One family's. */
    private static final class FreeSlots {
        /** A list through the free slots, last freed first. */
        private long first = NONE;
        /** The rest of the newest chunk, never used. */
        private long fresh;

        private long freshEnd;
        private int chunks;
    }

    /** @param slots to have at least, of each family; those of chunks that are there already do not count */
    SlotChunks(ChunkSource source, long slots) {
        this.source = source;
        this.maxChunks = Math.toIntExact((slots + CHUNK_SLOTS - 1) >>> SHIFT);
    }

    /** Bound of the slots' numbers, however much the table grows. */
    long maxSlots() {
        long more = Math.max(0, maxChunks - ipv4.chunks) + (long) Math.max(0, maxChunks - ipv6.chunks);
        return (count + more) << SHIFT;
    }

    static long chunkBytes(boolean ipv6) {
        return (long) CHUNK_SLOTS * SlotLayout.slotBytes(ipv6);
    }

    /** Adds a chunk that is there; its free slots are to be released by the caller. */
    void add(MemorySegment chunk, boolean v6) {
        if (count == chunks.length) {
            chunks = Arrays.copyOf(chunks, 2 * count);
            slotBytes = Arrays.copyOf(slotBytes, 2 * count);
        }
        chunks[count] = chunk;
        slotBytes[count++] = SlotLayout.slotBytes(v6);
        family(v6).chunks++;
    }

    private FreeSlots family(boolean v6) {
        return v6 ? ipv6 : ipv4;
    }

    MemorySegment memory(long slot) {
        return chunks[(int) (slot >>> SHIFT)];
    }

    /** Where the slot starts in {@link #memory}. */
    long offset(long slot) {
        return (slot & (CHUNK_SLOTS - 1)) * slotBytes[(int) (slot >>> SHIFT)];
    }

    boolean isIpv6(long slot) {
        return slotBytes[(int) (slot >>> SHIFT)] == SlotLayout.IPV6_BYTES;
    }

    boolean isOccupied(long slot) {
        return memory(slot).get(SlotLayout.U8, offset(slot) + SlotLayout.SHAPE) < 0;
    }

    /** All slots, free ones included. */
    long slots() {
        return (long) count << SHIFT;
    }

    long bytes() {
        long bytes = 0;
        for (int chunk = 0; chunk < count; chunk++) {
            bytes += (long) slotBytes[chunk] << SHIFT;
        }
        return bytes;
    }

    /** A free slot, which is no longer listed as free; {@link #NONE} if there is none and no room for more. */
    long take(boolean v6) {
        FreeSlots free = family(v6);
        if (free.first != NONE) {
            long slot = free.first;
            free.first = memory(slot).get(SlotLayout.U64, offset(slot) + SlotLayout.START) - 1;
            return slot;
        }
        return free.fresh < free.freshEnd || grow(free, v6) ? free.fresh++ : NONE;
    }

    private boolean grow(FreeSlots free, boolean v6) {
        MemorySegment chunk = free.chunks < maxChunks ? source.chunk(v6) : null;
        if (chunk == null) {
            return false;
        }
        free.fresh = slots();
        free.freshEnd = free.fresh + CHUNK_SLOTS;
        add(chunk, v6);
        return true;
    }

    /** Lists a slot that is not occupied as free. */
    void release(long slot) {
        FreeSlots free = family(isIpv6(slot));
        memory(slot).set(SlotLayout.U64, offset(slot) + SlotLayout.START, free.first + 1);
        free.first = slot;
    }
}
