package io.nurs.flow;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Datagram buffers that go round: the ring holds one reference to each, the transport another one while it sends. Grows
 * only while the socket does not take what it is given, up to a bound.
 */
final class DatagramRing {
    /** Some 700 KB of 1400 octets each, which only a blocked socket ever uses: Netty calls it unwritable after 64 KiB. */
    private static final int MAX_SLOTS = 512;

    /** Or as many as this holds, if datagrams are larger: 64 of a stream's longest messages. */
    private static final int MAX_BYTES = 4 << 20;

    private final int datagramBytes;
    private final int maxSlots;
    private final List<Slot> slots = new ArrayList<>();
    private int next;

    DatagramRing(int datagramBytes) {
        this.datagramBytes = datagramBytes;
        this.maxSlots = Math.min(MAX_SLOTS, MAX_BYTES / datagramBytes);
    }

    /** A buffer that nobody else refers to, or null when all are in flight. */
    @Nullable
    Slot acquire(ByteBufAllocator allocator) {
        // Buffers come back in the order they left, so the first look nearly always finds one.
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(next);
            next = next + 1 < slots.size() ? next + 1 : 0;
            if (!slot.open && slot.buffer.refCnt() == 1) {
                slot.open = true;
                return slot;
            }
        }
        return slots.size() < maxSlots ? grow(allocator) : null;
    }

    /** Takes back a buffer that was acquired and not sent. */
    void giveBack(Slot slot) {
        slot.open = false;
    }

    private Slot grow(ByteBufAllocator allocator) {
        Slot slot = new Slot(allocator.directBuffer(datagramBytes, datagramBytes));
        slots.add(slot);
        slot.open = true;
        return slot;
    }

    /** Gives up the ring's references; buffers in flight go when the transport is done with them. */
    void release() {
        slots.forEach(slot -> slot.buffer.release());
        slots.clear();
        next = 0;
    }

    /**
     * The segment is a view made once, and not tied to the buffer's reference count: never touch it after
     * {@link #release()}.
     */
    static final class Slot {
        final ByteBuf buffer;
        final MemorySegment memory;

        /** Acquired, and neither sent nor given back. */
        private boolean open;

        Slot(ByteBuf buffer) {
            this.buffer = buffer;
            this.memory = MemorySegment.ofBuffer(buffer.nioBuffer(0, buffer.capacity()));
        }

        /** The first {@code length} octets, with a reference for the receiver to release. */
        ByteBuf filled(int length) {
            open = false;
            return buffer.setIndex(0, length).retain();
        }
    }
}
