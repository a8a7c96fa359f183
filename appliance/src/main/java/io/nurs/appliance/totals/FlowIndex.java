package io.nurs.appliance.totals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * From a key to its slot: open addressing with linear probing, at most half full. An entry is a u32: the slot's number plus 1
 * in the low bits, bits of the hash in the rest, 0 for none. Removing shifts back what follows, so nothing of it stays.
 */
final class FlowIndex {
    /** With it at least three bits of an entry are the hash's. */
    static final int MAX_FLOWS = 1 << 27;

    private final SlotChunks slots;
    private final FlowKey key;
    private final MemorySegment entries;
    private final long capacity;
    private final int slotMask;

    /**
     * @param key of the caller, whose hash this uses
     * @param flows most that will be inserted at a time
     * @param slotNumbers bound of the slots' numbers
     */
    FlowIndex(Arena arena, SlotChunks slots, FlowKey key, long flows, long slotNumbers) {
        this.slots = slots;
        this.key = key;
        this.capacity = 2 * flows;
        this.slotMask = -1 >>> Integer.numberOfLeadingZeros(Math.toIntExact(slotNumbers));
        this.entries = arena.allocate(capacity * Integer.BYTES, Long.BYTES);
    }

    long bytes() {
        return entries.byteSize();
    }

    /**
     * The slot that has the caller's key; {@link SlotChunks#NONE} if none has. One with the very same start comes first. Where
     * only one side knows its start that counts as the same: of several such, the youngest.
     */
    long find() {
        long found = SlotChunks.NONE;
        int bits = bits(key.hash());
        for (long at = home(key.hash()); ; at = after(at)) {
            int entry = entry(at);
            if (entry == 0) {
                return found;
            }
            if ((entry & ~slotMask) == bits && isKeyOf(slot(entry))) {
                long start = start(slot(entry));
                if (start == key.startNanos()) {
                    return slot(entry);
                }
                if (start == 0 || key.startNanos() == 0) {
                    found = found == SlotChunks.NONE || start > start(found) ? slot(entry) : found;
                }
            }
        }
    }

    private boolean isKeyOf(long slot) {
        return slots.isIpv6(slot) == key.ipv6() && key.matches(slots.memory(slot), slots.offset(slot));
    }

    private long start(long slot) {
        return slots.memory(slot).get(SlotLayout.U64, slots.offset(slot) + SlotLayout.START);
    }

    void insert(long slot) {
        long hash = hash(slot);
        long at = home(hash);
        while (entry(at) != 0) {
            at = after(at);
        }
        set(at, entry(hash, slot));
    }

    /** @param slot one that was inserted and has its key still */
    void remove(long slot) {
        long hash = hash(slot);
        long hole = home(hash);
        int wanted = entry(hash, slot);
        while (entry(hole) != wanted) {
            hole = after(hole);
        }
        for (long at = after(hole); entry(at) != 0; at = after(at)) {
            // What was probed for across the hole moves into it.
            if (distance(home(hash(slot(entry(at)))), at) >= distance(hole, at)) {
                set(hole, entry(at));
                hole = at;
            }
        }
        set(hole, 0);
    }

    private long hash(long slot) {
        return key.hash(slots.memory(slot), slots.offset(slot), slots.isIpv6(slot));
    }

    /** Spreads the hash's high half over the capacity, whatever number that is. */
    private long home(long hash) {
        return ((hash >>> 32) * capacity) >>> 32;
    }

    private int bits(long hash) {
        return (int) hash & ~slotMask;
    }

    private int entry(long hash, long slot) {
        return bits(hash) | (int) slot + 1;
    }

    private long slot(int entry) {
        return (entry & slotMask) - 1L;
    }

    private int entry(long at) {
        return entries.get(SlotLayout.U32, at * Integer.BYTES);
    }

    private void set(long at, int entry) {
        entries.set(SlotLayout.U32, at * Integer.BYTES, entry);
    }

    private long after(long at) {
        return at + 1 == capacity ? 0 : at + 1;
    }

    private long distance(long from, long to) {
        return to >= from ? to - from : to - from + capacity;
    }
}
