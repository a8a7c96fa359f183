package io.nurs.appliance.source;

import io.nurs.flow.BigEndian;
import io.nurs.netlink.nflog.NflogMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * What a rule calls its packets, without a copy: octets of the kernel's, which may be any but NUL. Records say that strings are
 * UTF-8, so where these are not, question marks stand for all that are not ASCII.
 */
public final class PacketPrefix {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;

    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private int length;
    private boolean isUtf8;

    void point(@Nullable NflogMessage packet) {
        length = packet == null ? 0 : packet.prefixLength();
        if (packet != null && length > 0) {
            memory = packet.memory();
            offset = packet.prefixOffset();
            isUtf8 = isUtf8();
        }
    }

    /** In octets. */
    public int length() {
        return length;
    }

    /** Writes {@link #length()} octets. */
    public void write(MemorySegment to, long at) {
        write(to, at, length);
    }

    private void write(MemorySegment to, long at, int count) {
        if (isUtf8) {
            MemorySegment.copy(memory, offset, to, at, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            int octet = octet(i);
            BigEndian.putU8(to, at + i, octet < 0x80 ? octet : '?');
        }
    }

    /** Writes so many octets: the prefix, cut at a character, and zeros. */
    public void writePadded(MemorySegment to, long at, int room) {
        int count = Math.min(length, room);
        while (count > 0 && count < length && isUtf8 && isContinuation(octet(count))) {
            count--;
        }
        if (count > 0) {
            write(to, at, count);
        }
        for (int i = count; i < room; i++) {
            BigEndian.putU8(to, at + i, 0);
        }
    }

    private int octet(int index) {
        return Byte.toUnsignedInt(memory.get(U8, offset + index));
    }

    private static boolean isContinuation(int octet) {
        return (octet & 0xc0) == 0x80;
    }

    /** RFC 3629 §4 */
    private boolean isUtf8() {
        int i = 0;
        while (i < length) {
            int lead = octet(i);
            int more = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
            if (more < 0 || i + more >= length) {
                return false;
            }
            for (int k = 1; k <= more; k++) {
                if (!isContinuation(octet(i + k))) {
                    return false;
                }
            }
            if (more > 1 && !isShortestForm(lead, octet(i + 1))) {
                return false;
            }
            i += more + 1;
        }
        return true;
    }

    /** And no surrogate, nor beyond U+10FFFF. */
    private static boolean isShortestForm(int lead, int second) {
        return switch (lead) {
            case 0xe0 -> second >= 0xa0;
            case 0xed -> second < 0xa0;
            case 0xf0 -> second >= 0x90;
            case 0xf4 -> second < 0x90;
            default -> true;
        };
    }
}
