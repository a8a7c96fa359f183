package io.nurs.netlink;

import java.lang.foreign.MemorySegment;

/**
 * What one recvmmsg brought: up to {@code slots} datagrams side by side in one block of memory. Borrowed: the next
 * recvmmsg overwrites it.
 */
public final class NetlinkBatch {
    private final MemorySegment memory;
    private final int slotBytes;
    private final int[] lengths;
    private int count;

    /**
     * For a source of datagrams that is not a socket, such as a test.
     *
     * @param memory slot after slot, each {@code slotBytes} long
     */
    public NetlinkBatch(MemorySegment memory, int slotBytes) {
        this.memory = memory;
        this.slotBytes = slotBytes;
        this.lengths = new int[Math.toIntExact(memory.byteSize() / slotBytes)];
    }

    /** Sets how many slots hold a datagram; the lengths follow by {@link #length(int, int)}. */
    public NetlinkBatch count(int datagrams) {
        count = datagrams;
        return this;
    }

    /** Sets a datagram's octets; 0 for a slot that is to be passed over. */
    public NetlinkBatch length(int slot, int octets) {
        lengths[slot] = octets;
        return this;
    }

    public MemorySegment memory() {
        return memory;
    }

    /** Slots in use, those passed over included. */
    public int count() {
        return count;
    }

    /** Where a slot's datagram starts in {@link #memory()}. */
    public long offset(int slot) {
        return (long) slot * slotBytes;
    }

    /** A datagram's octets, 0 if it was dropped (truncated, or not the kernel's). */
    public int length(int slot) {
        return lengths[slot];
    }
}
