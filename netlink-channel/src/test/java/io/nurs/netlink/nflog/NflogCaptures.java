package io.nurs.netlink.nflog;

import io.nurs.netlink.Capture;
import io.nurs.netlink.NetlinkBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Datagrams recorded from a kernel. */
final class NflogCaptures {
    static final List<String> NAMES =
            List.of("output-udp4", "input-tcp4", "input-icmpv6", "batch-udp4", "meta-udp4", "bridge-vlan");

    /** One of them has three. */
    static final int PACKETS = NAMES.size() + 2;

    private static final int SLOT_BYTES = 1024;

    private NflogCaptures() {}

    /** All of them as the channel makes a batch, in native memory. */
    static NetlinkBatch batch() {
        List<byte[]> captures = all();
        MemorySegment memory = Arena.global().allocate((long) SLOT_BYTES * captures.size(), 64);
        NetlinkBatch batch = new NetlinkBatch(memory, SLOT_BYTES).count(captures.size());
        for (int slot = 0; slot < captures.size(); slot++) {
            byte[] datagram = captures.get(slot);
            MemorySegment.copy(datagram, 0, memory, ValueLayout.JAVA_BYTE, batch.offset(slot), datagram.length);
            batch.length(slot, datagram.length);
        }
        return batch;
    }

    static byte[] read(String name) {
        return Capture.read("nflog/" + name + ".hex");
    }

    static List<byte[]> all() {
        return NAMES.stream().map(NflogCaptures::read).toList();
    }
}
