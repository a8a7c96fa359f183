package io.nurs.netlink.conntrack;

import io.nurs.netlink.NetlinkBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Batches as the channel makes them, in native memory: captures in turn, one a slot. */
final class ConntrackBatches {
    static final int SLOTS = 64;
    private static final int SLOT_BYTES = 2048;

    private ConntrackBatches() {}

    static NetlinkBatch full() {
        List<byte[]> captures = ConntrackCaptures.all();
        MemorySegment memory = Arena.global().allocate((long) SLOTS * SLOT_BYTES, 64);
        NetlinkBatch batch = new NetlinkBatch(memory, SLOT_BYTES).count(SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            byte[] message = captures.get(slot % captures.size());
            MemorySegment.copy(message, 0, memory, ValueLayout.JAVA_BYTE, batch.offset(slot), message.length);
            batch.length(slot, message.length);
        }
        return batch;
    }
}
