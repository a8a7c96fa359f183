package io.nurs.appliance.totals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A set of u64 other than 0, evenly spread ones: open addressing with linear probing, at most half full. */
final class FingerprintSet implements AutoCloseable {
    private static final int MIN_CAPACITY = 1 << 10;

    private Block block = new Block(MIN_CAPACITY);
    private MemorySegment entries = block.entries;
    /** A power of two. */
    private long capacity = MIN_CAPACITY;

    private int size;

    private static final class Block {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment entries;

        Block(long capacity) {
            entries = arena.allocate(capacity * Long.BYTES, Long.BYTES);
        }
    }

    boolean contains(long fingerprint) {
        long at = home(fingerprint);
        while (entry(at) != 0) {
            if (entry(at) == fingerprint) {
                return true;
            }
            at = after(at);
        }
        return false;
    }

    /** @param fingerprint one that is not in it */
    void add(long fingerprint) {
        if (2L * (size + 1) > capacity) {
            resize(2 * capacity);
        }
        put(fingerprint);
        size++;
    }

    private void put(long fingerprint) {
        long at = home(fingerprint);
        while (entry(at) != 0) {
            at = after(at);
        }
        set(at, fingerprint);
    }

    /** Empties it, and gives memory back if it was far too large. */
    void clear() {
        if (capacity > MIN_CAPACITY && 8L * size < capacity) {
            block.arena.close();
            allocate(capacity / 2);
        } else {
            entries.fill((byte) 0);
        }
        size = 0;
    }

    private void resize(long newCapacity) {
        Block before = block;
        allocate(newCapacity);
        for (long offset = 0; offset < before.entries.byteSize(); offset += Long.BYTES) {
            long entry = before.entries.get(SlotLayout.U64, offset);
            if (entry != 0) {
                put(entry);
            }
        }
        before.arena.close();
    }

    private void allocate(long newCapacity) {
        block = new Block(newCapacity);
        entries = block.entries;
        capacity = newCapacity;
    }

    int size() {
        return size;
    }

    long capacityBytes() {
        return entries.byteSize();
    }

    private long home(long fingerprint) {
        return fingerprint & (capacity - 1);
    }

    private long entry(long at) {
        return entries.get(SlotLayout.U64, at * Long.BYTES);
    }

    private void set(long at, long entry) {
        entries.set(SlotLayout.U64, at * Long.BYTES, entry);
    }

    private long after(long at) {
        return (at + 1) & (capacity - 1);
    }

    @Override
    public void close() {
        block.arena.close();
    }
}
