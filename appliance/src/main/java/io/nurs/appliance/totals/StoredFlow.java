package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;

/**
 * A borrowed view of one flow in the table, for a record of a flow whose end was not seen: the table has one, valid until it
 * points it elsewhere or the flow is removed.
 */
public final class StoredFlow {
    private final StoredTuple original = new StoredTuple(this, SlotLayout.ORIGINAL_KEY, 0, SlotLayout.ZONE_ORIGINAL);
    private final StoredTuple reply = new StoredTuple(this, SlotLayout.REPLY_KEY, 2, SlotLayout.ZONE_REPLY);
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean ipv6;

    StoredFlow() {}

    StoredFlow wrap(MemorySegment slots, long slot, boolean v6) {
        memory = slots;
        offset = slot;
        ipv6 = v6;
        return this;
    }

    public TupleView original() {
        return original;
    }

    public TupleView reply() {
        return reply;
    }

    public boolean isIpv6() {
        return ipv6;
    }

    /** CTA_ID */
    public int id() {
        return u32(SlotLayout.ID);
    }

    /** 0 is also the default zone. CTA_ZONE */
    public int zone() {
        return zone(SlotLayout.ZONE_BOTH);
    }

    /** The connmark when it was last seen. */
    public int mark() {
        return u32(SlotLayout.MARK);
    }

    /** Unix ns; 0 is unknown. */
    public long startNanos() {
        return u64(SlotLayout.START);
    }

    /** Unix ns. */
    public long reportedUntilNanos() {
        return u64(SlotLayout.REPORTED_UNTIL);
    }

    /** Packets from the originator that were reported. */
    public long originalPackets() {
        return u64(SlotLayout.ORIGINAL_PACKETS);
    }

    /** Octets from the originator that were reported. */
    public long originalBytes() {
        return u64(SlotLayout.ORIGINAL_BYTES);
    }

    /** Packets to the originator that were reported. */
    public long replyPackets() {
        return u64(SlotLayout.REPLY_PACKETS);
    }

    /** Octets to the originator that were reported. */
    public long replyBytes() {
        return u64(SlotLayout.REPLY_BYTES);
    }

    /** Allocates. */
    @Override
    public String toString() {
        return "protocol " + original.protocol() + " " + original + ", reply " + reply + ", id "
                + Integer.toUnsignedString(id());
    }

    int zone(int shape) {
        return (u8(SlotLayout.SHAPE) & SlotLayout.ZONE_MASK) == shape
                ? Short.toUnsignedInt(memory.get(SlotLayout.U16, offset + SlotLayout.ZONE))
                : 0;
    }

    MemorySegment memory() {
        return memory;
    }

    long offset() {
        return offset;
    }

    int u8(long field) {
        return Byte.toUnsignedInt(memory.get(SlotLayout.U8, offset + field));
    }

    int u32(long field) {
        return memory.get(SlotLayout.U32, offset + field);
    }

    private long u64(long field) {
        return memory.get(SlotLayout.U64, offset + field);
    }
}
