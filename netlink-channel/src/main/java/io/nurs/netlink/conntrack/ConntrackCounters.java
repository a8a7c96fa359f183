package io.nurs.netlink.conntrack;

import io.nurs.netlink.AttributeCursor;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A borrowed walk over all counters of one message by their numbers, those of a newer kernel too. */
public final class ConntrackCounters {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final AttributeCursor cursor = new AttributeCursor();
    private MemorySegment memory = MemorySegment.NULL;
    private long start;
    private long end;

    ConntrackCounters() {}

    void wrap(NetlinkMessage message) {
        memory = message.memory();
        start = message.offset() + NetlinkMessage.NETFILTER_HEADER_BYTES;
        end = message.offset() + message.length();
        rewind();
    }

    ConntrackCounters rewind() {
        cursor.wrap(memory, start, end);
        return this;
    }

    /** Whether the lengths are possible. */
    boolean isWellFormed() {
        rewind();
        while (cursor.next()) {}
        return !cursor.malformed();
    }

    /** Goes to the next counter; false at the end. What is not as long as a number is passed over. */
    public boolean next() {
        while (cursor.next()) {
            if (cursor.valueLength() == Integer.BYTES || cursor.valueLength() == Long.BYTES) {
                return true;
            }
        }
        return false;
    }

    /** The attribute's type, which is the counter's constant. */
    public int number() {
        return cursor.type();
    }

    /** An u32 as the kernel sends today, or an u64. */
    public long value() {
        return cursor.valueLength() == Integer.BYTES
                ? Integer.toUnsignedLong(memory.get(U32, cursor.valueOffset()))
                : memory.get(U64, cursor.valueOffset());
    }

    /** The value of one counter; 0 if it did not come. */
    long value(int number) {
        rewind();
        while (next()) {
            if (number() == number) {
                return value();
            }
        }
        return 0;
    }
}
