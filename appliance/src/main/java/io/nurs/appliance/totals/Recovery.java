package io.nurs.appliance.totals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is done with the slots of a file when it is opened, its journal first. */
final class Recovery {
    private final SlotChunks slots;
    private final Journal journal;
    private final List<InDoubtFlow> inDoubt = new ArrayList<>();
    /** Freed by records in doubt, which the journal still tells of. */
    private final Set<Long> held = new LinkedHashSet<>();

    private List<UnsentEnd> unsentEnds = List.of();
    private long flows;

    Recovery(SlotChunks slots, Journal journal) {
        this.slots = slots;
        this.journal = journal;
    }

    /** Undoes what was not sent, lists what is in doubt, counts the flows. */
    Recovery run() {
        unsentEnds = journal.undo(slots);
        listInDoubt();
        for (long slot = 0; slot < slots.slots(); slot++) {
            flows += slots.isOccupied(slot) ? 1 : 0;
        }
        return this;
    }

    /** A flow with several entries is listed once: the first has what it was before them all. */
    private void listInDoubt() {
        Map<Long, Long> firsts = new LinkedHashMap<>();
        for (long position = journal.begin(); position < journal.sending(); position++) {
            firsts.putIfAbsent(journal.slot(position), position);
            if (journal.isRemove(position)) {
                held.add(journal.slot(position));
            }
        }
        firsts.forEach((slot, position) -> inDoubt.add(inDoubt(slot, position)));
    }

    private InDoubtFlow inDoubt(long slot, long position) {
        StoredFlow flow = new StoredFlow().wrap(slots.memory(slot), slots.offset(slot), slots.isIpv6(slot));
        return new InDoubtFlow(
                flow.toString(),
                flow.startNanos(),
                since(flow.originalPackets(), position, SlotLayout.ORIGINAL_PACKETS),
                since(flow.originalBytes(), position, SlotLayout.ORIGINAL_BYTES),
                since(flow.replyPackets(), position, SlotLayout.REPLY_PACKETS),
                since(flow.replyBytes(), position, SlotLayout.REPLY_BYTES),
                !slots.isOccupied(slot));
    }

    /** A counter below the last one was set to zero in between: it counts from there. */
    private long since(long total, long position, long field) {
        long before = journal.total(position, field);
        return Long.compareUnsigned(total, before) < 0 ? total : total - before;
    }

    List<InDoubtFlow> inDoubt() {
        return List.copyOf(inDoubt);
    }

    List<UnsentEnd> unsentEnds() {
        return List.copyOf(unsentEnds);
    }

    long flows() {
        return flows;
    }

    /** Takes up every flow, and lists the other slots as free: lower ones to be used first. */
    void takeUp(FlowIndex index) {
        for (long slot = slots.slots() - 1; slot >= 0; slot--) {
            if (slots.isOccupied(slot)) {
                MemorySegment memory = slots.memory(slot);
                memory.set(SlotLayout.U16, slots.offset(slot) + SlotLayout.LAP, (short) 0);
                index.insert(slot);
            } else if (!held.contains(slot)) {
                slots.release(slot);
            }
        }
    }
}
