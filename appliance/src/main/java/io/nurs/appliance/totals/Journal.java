package io.nurs.appliance.totals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What slots held before the records that are being packed or sent; the package's documentation tells how it is used. A ring
 * of {@link #ENTRIES} in the state file's preamble; positions count entries since the file was made.
 */
final class Journal {
    static final int ENTRIES = 4096;
    /** u32 slot, u32 kind, the four totals, u64 reported until. */
    static final int ENTRY_BYTES = 48;

    static final int REPORT = 1;
    static final int REMOVE = 2;

    private static final long KIND = 4;
    private static final long OLD_TOTALS = 8;

    /** Totals and the time follow each other in a slot as they do here. */
    private static final long SAVED_BYTES = 40;

    private final MemorySegment memory;
    private final StoreOrder order;
    private long begin;
    private long sending;
    private long end;

    /** @param preamble of a file whose header was found valid */
    Journal(MemorySegment preamble, StoreOrder order) {
        this.memory = preamble;
        this.order = order;
        this.begin = CheckedWord.value(preamble, StateHeader.JOURNAL_BEGIN);
        this.sending = CheckedWord.value(preamble, StateHeader.JOURNAL_SENDING);
        this.end = CheckedWord.value(preamble, StateHeader.JOURNAL_END);
    }

    /**
     * Whether positions and entries make sense.
     *
     * @param slots how many there are
     */
    static boolean isValid(MemorySegment preamble, long slots) {
        long begin = CheckedWord.value(preamble, StateHeader.JOURNAL_BEGIN);
        long sending = CheckedWord.value(preamble, StateHeader.JOURNAL_SENDING);
        long end = CheckedWord.value(preamble, StateHeader.JOURNAL_END);
        if (begin < 0 || sending < begin || end < sending || end - begin > ENTRIES) {
            return false;
        }
        for (long position = begin; position < end; position++) {
            int kind = preamble.get(SlotLayout.U32, at(position) + KIND);
            long slot = Integer.toUnsignedLong(preamble.get(SlotLayout.U32, at(position)));
            if (slot >= slots || (kind != REPORT && kind != REMOVE)) {
                return false;
            }
        }
        return true;
    }

    private static long at(long position) {
        return StateHeader.JOURNAL_ENTRIES + position % ENTRIES * ENTRY_BYTES;
    }

    long begin() {
        return begin;
    }

    long sending() {
        return sending;
    }

    long end() {
        return end;
    }

    long used() {
        return end - begin;
    }

    long slot(long position) {
        return Integer.toUnsignedLong(memory.get(SlotLayout.U32, at(position)));
    }

    boolean isRemove(long position) {
        return memory.get(SlotLayout.U32, at(position) + KIND) == REMOVE;
    }

    /**
     * A total before the entry's change.
     *
     * @param field {@link SlotLayout#ORIGINAL_PACKETS} or another of the four
     */
    long total(long position, long field) {
        return memory.get(SlotLayout.U64, at(position) + OLD_TOTALS + field - SlotLayout.TOTALS);
    }

    /** Saves a slot before it changes. If the newest entry is of the same slot and not being sent, that one serves. */
    void save(int kind, long slot, MemorySegment slots, long offset) {
        if (end > sending && slot(end - 1) == slot) {
            if (kind == REMOVE) {
                memory.set(SlotLayout.U32, at(end - 1) + KIND, kind);
            }
        } else {
            append(kind, slot, slots, offset);
        }
        order.fence();
    }

    private void append(int kind, long slot, MemorySegment slots, long offset) {
        if (used() == ENTRIES) {
            throw new IllegalStateException("the journal is full: send first");
        }
        long at = at(end);
        memory.set(SlotLayout.U32, at, (int) slot);
        memory.set(SlotLayout.U32, at + KIND, kind);
        MemorySegment.copy(slots, offset + SlotLayout.TOTALS, memory, at + OLD_TOTALS, SAVED_BYTES);
        order.fence();
        CheckedWord.set(memory, StateHeader.JOURNAL_END, ++end);
    }

    /** Everything saved so far is about to be sent. */
    void beginSending() {
        order.fence();
        sending = end;
        CheckedWord.set(memory, StateHeader.JOURNAL_SENDING, sending);
        order.fence();
    }

    /** Everything before {@code position} was sent. */
    void clear(long position) {
        order.fence();
        begin = position;
        CheckedWord.set(memory, StateHeader.JOURNAL_BEGIN, begin);
        order.fence();
    }

    /**
     * Restores what was packed and not sent, last first. Killed half-way, it may be done again from the start.
     *
     * @return the flows that had been removed
     */
    List<UnsentEnd> undo(SlotChunks slots) {
        List<UnsentEnd> ends = new ArrayList<>();
        for (long position = end - 1; position >= sending; position--) {
            long slot = slot(position);
            MemorySegment to = slots.memory(slot);
            long offset = slots.offset(slot);
            if (isRemove(position)) {
                ends.add(unsentEnd(slot, to, offset));
            }
            MemorySegment.copy(memory, at(position) + OLD_TOTALS, to, offset + SlotLayout.TOTALS, SAVED_BYTES);
            if (isRemove(position)) {
                byte shape = to.get(SlotLayout.U8, offset + SlotLayout.SHAPE);
                to.set(SlotLayout.U8, offset + SlotLayout.SHAPE, (byte) (shape | SlotLayout.OCCUPIED));
            }
            order.fence();
        }
        end = sending;
        CheckedWord.set(memory, StateHeader.JOURNAL_END, end);
        order.fence();
        return ends;
    }

    private static UnsentEnd unsentEnd(long slot, MemorySegment slots, long offset) {
        return new UnsentEnd(
                slot,
                slots.get(SlotLayout.U64, offset + SlotLayout.ORIGINAL_PACKETS),
                slots.get(SlotLayout.U64, offset + SlotLayout.ORIGINAL_BYTES),
                slots.get(SlotLayout.U64, offset + SlotLayout.REPLY_PACKETS),
                slots.get(SlotLayout.U64, offset + SlotLayout.REPLY_BYTES),
                slots.get(SlotLayout.U64, offset + SlotLayout.REPORTED_UNTIL),
                Short.toUnsignedInt(slots.get(SlotLayout.U16, offset + SlotLayout.FLAGS)));
    }
}
