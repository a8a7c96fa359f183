package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has been reported of each live flow. For one event loop, and not to be used from two threads at a time.
 *
 * <p>A flow is named by its slot, a number that stays as long as the flow is in the table; use it of a removed flow and the
 * result is another flow's. Totals are u64: compare them unsigned.
 *
 * <p>With a state file, {@link #report} and {@link #remove} are to be called when the record that they stand for is packed,
 * {@link #beginSending} before the datagrams leave, {@link #sent} after. Other changes need no record and hold at once.
 *
 * <p>Longer than a class should be, by an accessor for each field of a slot; index, slots, journal and file are their own.
 */
public final class FlowTotals implements AutoCloseable {
    /** No such flow, or no room for it. */
    public static final long NONE = SlotChunks.NONE;

    /** Most that {@code maxFlows} may be. */
    public static final int MAX_FLOWS = FlowIndex.MAX_FLOWS;

    /** Of the journal: from here on it is time to send, and a quarter is left for what cannot wait. */
    private static final long MUST_SEND = Journal.ENTRIES / 4 * 3;

    private static final long PAGE_BYTES = 4096;

    private final Arena arena = Arena.ofShared();
    private final @Nullable StateFile file;
    private final @Nullable Journal journal;
    private final StoreOrder order;
    private final Clock clock;
    private final SlotChunks slots;
    private final FlowKey key = new FlowKey(arena, new SecureRandom().nextLong());
    private final FlowIndex index;
    private final StoredFlow view = new StoredFlow();
    private final List<InDoubtFlow> inDoubt;
    private final List<UnsentEnd> unsentEnds;
    private final long maxFlows;
    private long size;

    /** Without a state file: its content goes with the process. */
    public static FlowTotals inMemory(int maxFlows) {
        return new FlowTotals(maxFlows);
    }

    /**
     * With a state file. What it holds is taken up if it is ours and whole, else it is set aside and a new one made:
     * {@link #opening()} tells.
     *
     * @throws StateFileException if the file is in use, or cannot be read or made
     */
    public static FlowTotals open(Path path, StateIdentity identity, int maxFlows) throws StateFileException {
        return open(path, identity, maxFlows, Clock.systemUTC(), new StoreOrder());
    }

    static FlowTotals open(Path path, StateIdentity identity, int maxFlows, Clock clock, StoreOrder order)
            throws StateFileException {
        StateFile file = StateFile.open(path, identity, clock, order);
        FlowTotals totals = null;
        try {
            totals = new FlowTotals(maxFlows, file, clock, order);
            return totals;
        } catch (IOException e) {
            throw new StateFileException("cannot map state file " + path, e);
        } finally {
            if (totals == null) {
                file.closeQuietly();
            }
        }
    }

    private FlowTotals(int maxFlows) {
        this.maxFlows = checked(maxFlows);
        this.file = null;
        this.journal = null;
        this.order = new StoreOrder();
        this.clock = Clock.systemUTC();
        this.slots = new SlotChunks(ipv6 -> arena.allocate(SlotChunks.chunkBytes(ipv6), PAGE_BYTES), maxFlows);
        this.index = new FlowIndex(arena, slots, key, maxFlows, slots.maxSlots());
        this.inDoubt = List.of();
        this.unsentEnds = List.of();
    }

    private FlowTotals(int maxFlows, StateFile file, Clock clock, StoreOrder order) throws IOException {
        this.maxFlows = checked(maxFlows);
        this.file = file;
        this.order = order;
        this.clock = clock;
        this.slots = new SlotChunks(file, (long) maxFlows + Journal.ENTRIES);
        file.addChunks(slots);
        this.journal = new Journal(file.preamble(), order);
        Recovery recovery = new Recovery(slots, journal).run();
        this.size = recovery.flows();
        this.inDoubt = recovery.inDoubt();
        this.unsentEnds = recovery.unsentEnds();
        // The file may be from a time with a larger maxFlows.
        this.index = new FlowIndex(arena, slots, key, Math.max(size, maxFlows), slots.maxSlots());
        recovery.takeUp(index);
        file.header().used(clock.millis());
    }

    /** For a table that goes on for others: they were written then. */
    void lastUsed(long millis) {
        if (file != null) {
            file.header().used(millis);
        }
    }

    private static int checked(int maxFlows) {
        if (maxFlows < 1 || maxFlows > MAX_FLOWS) {
            throw new IllegalArgumentException("maxFlows is " + maxFlows + ", not 1 to " + MAX_FLOWS);
        }
        return maxFlows;
    }

    /**
     * Whose the table in a file is, so that the files of another number of readers can be opened; empty if it cannot be told.
     * Takes no lock.
     */
    public static Optional<StateIdentity> identity(Path path) throws IOException {
        return StateFile.identity(path);
    }

    /** What was found; {@link Opening.First} without a state file. */
    public Opening opening() {
        return file == null ? new Opening.First() : file.opening();
    }

    /** Flows whose records were being sent when the last process ended; listed again until {@link #settleDoubt}. */
    public List<InDoubtFlow> inDoubt() {
        return inDoubt;
    }

    /** Ended flows whose last record the last process had not begun to send. */
    public List<UnsentEnd> unsentEnds() {
        return unsentEnds;
    }

    /** Whether what is in the table outlives the process. */
    public boolean outlivesProcess() {
        return journal != null;
    }

    /** The flows of {@link #inDoubt()} have been told of: forget them. */
    public void settleDoubt() {
        if (journal != null) {
            clear(journal, journal.sending());
        }
    }

    /**
     * The slot of the message's flow: the one with its CTA_ID, zone and original tuple and, where both know it, its start.
     * {@link #NONE} if there is none.
     */
    public long find(ConntrackMessage message) {
        key.read(message);
        return index.find();
    }

    /** As {@link #find(ConntrackMessage)}, of a flow in another table. */
    public long find(StoredFlow flow) {
        key.read(flow);
        return index.find();
    }

    /**
     * Takes in a flow of which nothing was reported. Holds at once and is not undone.
     *
     * @param sinceNanos Unix time from which its first record tells
     * @return its slot, or {@link #NONE} if there are maxFlows already or the file cannot grow (see {@link #refused()})
     */
    public long insert(ConntrackMessage message, long sinceNanos, int lap) {
        return insert(message, sinceNanos, lap, false);
    }

    /** As {@link #insert}, of a flow whose counters so far are not to be reported. */
    public long insertBaseline(ConntrackMessage message, long sinceNanos, int lap) {
        return insert(message, sinceNanos, lap, true);
    }

    private long insert(ConntrackMessage message, long sinceNanos, int lap, boolean baseline) {
        key.read(message);
        long slot = size < maxFlows ? slots.take(key.ipv6()) : NONE;
        if (slot == NONE) {
            return NONE;
        }
        MemorySegment memory = slots.memory(slot);
        long at = slots.offset(slot);
        key.write(memory, at);
        memory.set(SlotLayout.U64, at + SlotLayout.ORIGINAL_PACKETS, baseline ? message.originalPackets() : 0);
        memory.set(SlotLayout.U64, at + SlotLayout.ORIGINAL_BYTES, baseline ? message.originalBytes() : 0);
        memory.set(SlotLayout.U64, at + SlotLayout.REPLY_PACKETS, baseline ? message.replyPackets() : 0);
        memory.set(SlotLayout.U64, at + SlotLayout.REPLY_BYTES, baseline ? message.replyBytes() : 0);
        memory.set(SlotLayout.U64, at + SlotLayout.REPORTED_UNTIL, sinceNanos);
        memory.set(SlotLayout.U32, at + SlotLayout.MARK, message.mark());
        memory.set(SlotLayout.U16, at + SlotLayout.LAP, (short) lap);
        memory.set(SlotLayout.U16, at + SlotLayout.FLAGS, (short) 0);
        order.fence();
        key.occupy(memory, at);
        taken(slot);
        return slot;
    }

    /**
     * As {@link #insert}, of a flow in another table with all that is known of it there: when the flows are spread over another
     * number of readers. Both must be at rest, with nothing packed that is not sent.
     */
    public long insertCopy(FlowTotals from, long fromSlot) {
        boolean ipv6 = from.slots.isIpv6(fromSlot);
        long slot = size < maxFlows ? slots.take(ipv6) : NONE;
        if (slot == NONE) {
            return NONE;
        }
        MemorySegment memory = slots.memory(slot);
        long at = slots.offset(slot);
        MemorySegment fromMemory = from.slots.memory(fromSlot);
        long fromAt = from.slots.offset(fromSlot);
        // All but the word that makes it a flow, and that last.
        MemorySegment.copy(fromMemory, fromAt + 8, memory, at + 8, SlotLayout.slotBytes(ipv6) - 8L);
        order.fence();
        memory.set(SlotLayout.U64, at, fromMemory.get(SlotLayout.U64, fromAt));
        taken(slot);
        return slot;
    }

    private void taken(long slot) {
        order.fence();
        index.insert(slot);
        size++;
    }

    /** A record with the message's counters is packed: they are the totals now. */
    public void report(long slot, ConntrackMessage message, long untilNanos) {
        report(
                slot,
                message.originalPackets(),
                message.originalBytes(),
                message.replyPackets(),
                message.replyBytes(),
                untilNanos);
    }

    /** As {@link #report(long, ConntrackMessage, long)}, with totals from elsewhere. */
    public void report(
            long slot, long originalPackets, long originalBytes, long replyPackets, long replyBytes, long untilNanos) {
        save(Journal.REPORT, slot);
        MemorySegment memory = slots.memory(slot);
        long at = slots.offset(slot);
        memory.set(SlotLayout.U64, at + SlotLayout.ORIGINAL_PACKETS, originalPackets);
        memory.set(SlotLayout.U64, at + SlotLayout.ORIGINAL_BYTES, originalBytes);
        memory.set(SlotLayout.U64, at + SlotLayout.REPLY_PACKETS, replyPackets);
        memory.set(SlotLayout.U64, at + SlotLayout.REPLY_BYTES, replyBytes);
        memory.set(SlotLayout.U64, at + SlotLayout.REPORTED_UNTIL, untilNanos);
    }

    /** The flow ended and its last record, if it had one, is packed. */
    public void remove(long slot) {
        save(Journal.REMOVE, slot);
        index.remove(slot);
        size--;
        MemorySegment memory = slots.memory(slot);
        long shape = slots.offset(slot) + SlotLayout.SHAPE;
        memory.set(SlotLayout.U8, shape, (byte) (memory.get(SlotLayout.U8, shape) & ~SlotLayout.OCCUPIED));
        if (journal == null) {
            slots.release(slot);
        }
    }

    private void save(int kind, long slot) {
        if (!slots.isOccupied(slot)) {
            throw new IllegalStateException("slot " + slot + " holds no flow");
        }
        if (journal != null) {
            journal.save(kind, slot, slots.memory(slot), slots.offset(slot));
        }
    }

    /**
     * Whether everything packed is to be sent before more is: the journal is filling. A full one makes {@link #report} and
     * {@link #remove} throw IllegalStateException.
     */
    public boolean needsSend() {
        return journal != null && journal.used() >= MUST_SEND;
    }

    /** The position behind everything reported and removed so far, for {@link #sent}: what comes later is not covered. */
    public long packed() {
        return journal == null ? 0 : journal.end();
    }

    /**
     * Everything reported and removed so far is about to be sent: killed from now on, it is in doubt.
     *
     * @return for {@link #sent}
     */
    public long beginSending() {
        if (journal == null) {
            return 0;
        }
        journal.beginSending();
        return journal.sending();
    }

    /** What was reported and removed before that {@link #beginSending} is sent. More may have been packed since. */
    public void sent(long sending) {
        if (journal != null) {
            clear(journal, sending);
        }
        if (file != null) {
            file.header().used(clock.millis());
        }
    }

    private void clear(Journal from, long to) {
        if (to < from.begin() || to > from.sending()) {
            throw new IllegalArgumentException("nothing is being sent up to " + to);
        }
        long position = from.begin();
        from.clear(to);
        for (; position < to; position++) {
            if (from.isRemove(position)) {
                slots.release(from.slot(position));
            }
        }
    }

    /**
     * Goes through the table in search of flows that a walk has not met for a while, a few slots a call. Inserts, removals and
     * growth between calls are no matter.
     *
     * @param cursor 0 to begin, then as below
     * @param lap a flow whose lap is before this one is a hit; up to 32,767 laps back
     * @param slots how many to look at
     * @return a hit, which is at least 0: go on at the next slot. Else no hit, and {@code ~result} is where to go on, 0 at the
     *     table's end.
     */
    public long nextOlderThan(long cursor, int lap, int slots) {
        long end = Math.min(this.slots.slots(), cursor + slots);
        for (long slot = cursor; slot < end; slot++) {
            if (this.slots.isOccupied(slot) && (short) (lap(slot) - lap) < 0) {
                return slot;
            }
        }
        return cursorAt(end);
    }

    /** As {@link #nextOlderThan}, in search of flows of which one of these {@link #flags} is set. */
    public long nextFlagged(long cursor, int anyOf, int slots) {
        long end = Math.min(this.slots.slots(), cursor + slots);
        for (long slot = cursor; slot < end; slot++) {
            if (this.slots.isOccupied(slot) && (flags(slot) & anyOf) != 0) {
                return slot;
            }
        }
        return cursorAt(end);
    }

    /** The first flow at a slot or behind it; {@link #NONE} if there is none. */
    public long nextFlow(long slot) {
        for (long at = slot; at < slots.slots(); at++) {
            if (slots.isOccupied(at)) {
                return at;
            }
        }
        return NONE;
    }

    private long cursorAt(long slot) {
        return slot >= slots.slots() ? ~0 : ~slot;
    }

    /** Whether the slot still holds that flow: it may have been removed meanwhile, and another come in. */
    public boolean holds(long slot, int id, long startNanos) {
        return slots.isOccupied(slot)
                && slots.memory(slot).get(SlotLayout.U32, slots.offset(slot) + SlotLayout.ID) == id
                && startNanos(slot) == startNanos;
    }

    /** Points the table's one view at a flow. */
    public StoredFlow flow(long slot) {
        return view.wrap(slots.memory(slot), slots.offset(slot), slots.isIpv6(slot));
    }

    /** Reported packets from the originator. */
    public long originalPackets(long slot) {
        return u64(slot, SlotLayout.ORIGINAL_PACKETS);
    }

    /** Reported octets from the originator. */
    public long originalBytes(long slot) {
        return u64(slot, SlotLayout.ORIGINAL_BYTES);
    }

    /** Reported packets to the originator. */
    public long replyPackets(long slot) {
        return u64(slot, SlotLayout.REPLY_PACKETS);
    }

    /** Reported octets to the originator. */
    public long replyBytes(long slot) {
        return u64(slot, SlotLayout.REPLY_BYTES);
    }

    /** Unix ns until which was reported. */
    public long reportedUntilNanos(long slot) {
        return u64(slot, SlotLayout.REPORTED_UNTIL);
    }

    /** Unix ns; 0 is unknown. */
    public long startNanos(long slot) {
        return u64(slot, SlotLayout.START);
    }

    /** Fills in the start of a flow that came in without one; from then on it tells the flow from others. */
    public void startNanos(long slot, long nanos) {
        slots.memory(slot).set(SlotLayout.U64, slots.offset(slot) + SlotLayout.START, nanos);
    }

    public int mark(long slot) {
        return slots.memory(slot).get(SlotLayout.U32, slots.offset(slot) + SlotLayout.MARK);
    }

    public void mark(long slot, int mark) {
        slots.memory(slot).set(SlotLayout.U32, slots.offset(slot) + SlotLayout.MARK, mark);
    }

    /** The walk's lap that last met the flow, modulo 2^16; 0 after the file was opened. */
    public int lap(long slot) {
        return u16(slot, SlotLayout.LAP);
    }

    public void lap(long slot, int lap) {
        slots.memory(slot).set(SlotLayout.U16, slots.offset(slot) + SlotLayout.LAP, (short) lap);
    }

    /** 16 bits of the caller's, 0 at first. */
    public int flags(long slot) {
        return u16(slot, SlotLayout.FLAGS);
    }

    public void flags(long slot, int flags) {
        slots.memory(slot).set(SlotLayout.U16, slots.offset(slot) + SlotLayout.FLAGS, (short) flags);
    }

    private long u64(long slot, long field) {
        return slots.memory(slot).get(SlotLayout.U64, slots.offset(slot) + field);
    }

    private int u16(long slot, long field) {
        return Short.toUnsignedInt(slots.memory(slot).get(SlotLayout.U16, slots.offset(slot) + field));
    }

    /** Flows in the table. */
    public long size() {
        return size;
    }

    /** Memory taken, the file's included. */
    public long capacityBytes() {
        return slots.bytes() + index.bytes() + (file == null ? 0 : StateHeader.PREAMBLE_BYTES);
    }

    /** How often the file could not grow because the disk is full; it is tried again once a second. */
    public long refused() {
        return file == null ? 0 : file.refused();
    }

    /** Leaves the file to the next process. What was packed and not sent counts as not reported there. */
    @Override
    public void close() {
        arena.close();
        if (file != null) {
            file.closeQuietly();
        }
    }
}
