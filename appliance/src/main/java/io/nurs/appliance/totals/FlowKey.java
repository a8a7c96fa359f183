package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What tells flows apart: CTA_ID, zone, original tuple and start. The first three are compared whole. The start is compared
 * where both sides know it: NEW and UPDATE events carry none, nor do entries made while nf_conntrack_timestamp was 0. It
 * matters, because the kernel's allocator hands an entry's memory on to the next one, so that a tuple used again at once
 * often has its CTA_ID again.
 *
 * <p>Holds one message's key, in the layout of a slot. The start is no part of the hash.
 */
final class FlowKey {
    // Odd constants of no meaning (digits of the golden ratio and of the square root of 2).
    private static final long WHITEN = 0x9e3779b97f4a7c15L;
    private static final long FOLD = 0x6a09e667f3bcc909L;

    private final MemorySegment memory;
    private final long seed;
    private boolean ipv6;
    private long hash;
    private long startNanos;

    /** @param seed from a random source, so that nobody who chooses addresses and ports can choose hashes */
    FlowKey(Arena arena, long seed) {
        this.memory = arena.allocate(SlotLayout.IPV6_BYTES, Long.BYTES);
        this.seed = seed;
    }

    /** Takes a message's key, and its reply tuple along. */
    FlowKey read(ConntrackMessage message) {
        return read(message.id(), message.zone(), message.original(), message.reply(), message.startNanos());
    }

    /** Takes the key of a flow in another table. */
    FlowKey read(StoredFlow flow) {
        return read(flow.id(), flow.zone(), flow.original(), flow.reply(), flow.startNanos());
    }

    private FlowKey read(int id, int both, TupleView original, TupleView reply, long start) {
        ipv6 = original.isIpv6();
        startNanos = start;
        readZone(both, original.zone(), reply.zone());
        memory.set(SlotLayout.U32, SlotLayout.ID, id);
        memory.set(SlotLayout.U8, SlotLayout.PROTOCOL, (byte) original.protocol());
        memory.set(SlotLayout.U32, SlotLayout.ORIGINAL_KEY, original.protocolKey());
        memory.set(SlotLayout.U32, SlotLayout.REPLY_KEY, reply.protocolKey());
        int address = SlotLayout.addressBytes(ipv6);
        original.copySource(memory, SlotLayout.ADDRESSES);
        original.copyDestination(memory, SlotLayout.ADDRESSES + address);
        reply.copySource(memory, SlotLayout.ADDRESSES + 2L * address);
        reply.copyDestination(memory, SlotLayout.ADDRESSES + 3L * address);
        hash = hash(memory, 0, ipv6);
        return this;
    }

    /** A conntrack zone has one number, for both directions or for one. */
    private void readZone(int both, int original, int reply) {
        int zone = both;
        int shape = SlotLayout.ZONE_BOTH;
        if (zone == 0 && original != 0) {
            zone = original;
            shape = SlotLayout.ZONE_ORIGINAL;
        } else if (zone == 0 && reply != 0) {
            zone = reply;
            shape = SlotLayout.ZONE_REPLY;
        }
        memory.set(SlotLayout.U16, SlotLayout.ZONE, (short) zone);
        memory.set(SlotLayout.U8, SlotLayout.SHAPE, (byte) (SlotLayout.OCCUPIED | shape));
    }

    boolean ipv6() {
        return ipv6;
    }

    long hash() {
        return hash;
    }

    /** Of the key and its start, or what stands for that; never 0. */
    long fingerprint(long start) {
        return fingerprint(hash, start);
    }

    /** As {@link #fingerprint(long)}, of the key in a slot that is occupied. */
    long fingerprint(MemorySegment slots, long slot, boolean v6, long start) {
        return fingerprint(hash(slots, slot, v6), start);
    }

    private static long fingerprint(long hash, long start) {
        long fingerprint = mix(hash ^ start, WHITEN);
        return fingerprint == 0 ? FOLD : fingerprint;
    }

    long startNanos() {
        return startNanos;
    }

    /** Whether a slot of the same family has this key, its start aside. */
    boolean matches(MemorySegment slots, long slot) {
        return word(slots, slot, SlotLayout.IDENTITY) == word(memory, 0, SlotLayout.IDENTITY)
                && slots.get(SlotLayout.U32, slot + SlotLayout.ORIGINAL_KEY)
                        == memory.get(SlotLayout.U32, SlotLayout.ORIGINAL_KEY)
                && word(slots, slot, SlotLayout.ADDRESSES) == word(memory, 0, SlotLayout.ADDRESSES)
                && (!ipv6 || matchesRest(slots, slot));
    }

    private boolean matchesRest(MemorySegment slots, long slot) {
        return word(slots, slot, SlotLayout.ADDRESSES + 8) == word(memory, 0, SlotLayout.ADDRESSES + 8)
                && word(slots, slot, SlotLayout.ADDRESSES + 16) == word(memory, 0, SlotLayout.ADDRESSES + 16)
                && word(slots, slot, SlotLayout.ADDRESSES + 24) == word(memory, 0, SlotLayout.ADDRESSES + 24);
    }

    /** Writes the key, the reply tuple and the start into a free slot, which stays free. */
    void write(MemorySegment slots, long slot) {
        MemorySegment.copy(
                memory, SlotLayout.ADDRESSES, slots, slot + SlotLayout.ADDRESSES, 4L * SlotLayout.addressBytes(ipv6));
        slots.set(SlotLayout.U32, slot + SlotLayout.ORIGINAL_KEY, memory.get(SlotLayout.U32, SlotLayout.ORIGINAL_KEY));
        slots.set(SlotLayout.U32, slot + SlotLayout.REPLY_KEY, memory.get(SlotLayout.U32, SlotLayout.REPLY_KEY));
        slots.set(SlotLayout.U64, slot + SlotLayout.START, startNanos);
    }

    /** Makes a written slot a flow, by one store. */
    void occupy(MemorySegment slots, long slot) {
        slots.set(SlotLayout.U64, slot + SlotLayout.IDENTITY, word(memory, 0, SlotLayout.IDENTITY));
    }

    /** Of the key in a slot. */
    long hash(MemorySegment slots, long slot, boolean v6) {
        long mixed = mix(seed ^ word(slots, slot, SlotLayout.IDENTITY), WHITEN);
        mixed = mix(mixed ^ slots.get(SlotLayout.U32, slot + SlotLayout.ORIGINAL_KEY), FOLD);
        mixed = mix(mixed ^ word(slots, slot, SlotLayout.ADDRESSES), WHITEN);
        if (v6) {
            mixed = mix(mixed ^ word(slots, slot, SlotLayout.ADDRESSES + 8), FOLD);
            mixed = mix(mixed ^ word(slots, slot, SlotLayout.ADDRESSES + 16), WHITEN);
            mixed = mix(mixed ^ word(slots, slot, SlotLayout.ADDRESSES + 24), FOLD);
        }
        return mixed;
    }

    private static long word(MemorySegment slots, long slot, long field) {
        return slots.get(SlotLayout.U64, slot + field);
    }

    /** Multiplies to 128 bits and folds them: each bit of the input moves about half of the result's. */
    private static long mix(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
