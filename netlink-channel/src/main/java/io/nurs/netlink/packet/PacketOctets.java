package io.nurs.netlink.packet;

import io.nurs.netlink.packet.PacketHeaders.Cut;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The octets that {@link PacketHeaders} looks at, where each header was found to start, and how far they reach. */
abstract sealed class PacketOctets permits PacketHeaders {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final long[] starts = new long[Layer.COUNT];
    /** Where a layer's fields must end. */
    private final long[] limits = new long[Layer.COUNT];

    MemorySegment memory = MemorySegment.NULL;
    Cut cut = Cut.NONE;
    boolean malformed;
    /** Where the octets end. */
    long captured;
    /** Where the packet says that it ends; Long.MAX_VALUE if it does not say. */
    long declared;

    public final MemorySegment memory() {
        return memory;
    }

    /** Whether all of a field's octets are there, and within what their packet says is its own. */
    public final boolean has(PacketField field) {
        long start = starts[field.layer];
        return start >= 0 && start + field.offset + field.octets <= limits[field.layer];
    }

    /** 0 if the field is not there. */
    public final long value(PacketField field) {
        if (!has(field)) {
            return 0;
        }
        long at = starts[field.layer] + field.offset;
        long octets = switch (field.octets) {
            case 1 -> u8(at);
            case 2 -> u16(at);
            case 4 -> Integer.toUnsignedLong(memory.get(U32, at));
            default -> (long) u16(at) << 32 | Integer.toUnsignedLong(memory.get(U32, at + 2));
        };
        return octets >>> field.shift & field.mask;
    }

    public final Cut cut() {
        return cut;
    }

    /** Whether a length or version in it is impossible; what stands before that may be read. */
    public final boolean isMalformed() {
        return malformed;
    }

    /** Where the packet ends, or its octets where it was cut. */
    public final long end() {
        return Math.min(captured, declared);
    }

    final void clear(MemorySegment memory, long captured) {
        Arrays.fill(starts, -1);
        this.memory = memory;
        this.captured = captured;
        declared = Long.MAX_VALUE;
        cut = Cut.NONE;
        malformed = false;
    }

    /** -1 if it was not found. */
    final long start(int layer) {
        return starts[layer];
    }

    final void found(int layer, long start, long limit) {
        starts[layer] = start;
        limits[layer] = limit;
    }

    /** Whether a header that ends there is there; if not, says why. */
    final boolean reaches(long end, Cut where) {
        if (end > declared) {
            malformed = true;
            return false;
        }
        if (end > captured) {
            cut = where;
            return false;
        }
        return true;
    }

    final int u8(long at) {
        return Byte.toUnsignedInt(memory.get(U8, at));
    }

    final int u16(long at) {
        return Short.toUnsignedInt(memory.get(U16, at));
    }
}
