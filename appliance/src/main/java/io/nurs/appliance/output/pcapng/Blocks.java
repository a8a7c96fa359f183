package io.nurs.appliance.output.pcapng;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes blocks one behind the other, in network order, of which a section's byte-order magic tells. */
final class Blocks {
    // https://www.tcpdump.org/linktypes.html
    static final int LINKTYPE_ETHERNET = 1;
    static final int LINKTYPE_RAW = 101;

    static final int SECTION_HEADER = 0x0a0d0d0a;
    static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    /** Type and length, and length. */
    static final int LEAST_BYTES = 12;

    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int MAJOR_VERSION = 1;
    private static final long LENGTH_UNKNOWN = -1;

    private static final int OPT_END = 0;
    private static final int OPT_COMMENT = 1;
    private static final int SHB_USERAPPL = 4;
    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final int EPB_FLAGS = 2;
    /** 10 to the minus 9th seconds. */
    private static final byte NANOSECONDS = 9;

    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;

    private ByteBuffer buffer;

    Blocks(int bytes) {
        buffer = ByteBuffer.allocate(bytes);
    }

    static byte[] section(String application) {
        Blocks blocks = new Blocks(64);
        int start = blocks.begin(SECTION_HEADER, 64 + application.length() * 3);
        blocks.buffer.putInt(BYTE_ORDER_MAGIC).putShort((short) MAJOR_VERSION).putShort((short) 0);
        blocks.buffer.putLong(LENGTH_UNKNOWN);
        blocks.option(SHB_USERAPPL, application.getBytes(StandardCharsets.UTF_8));
        blocks.endOptions();
        blocks.end(start);
        ByteBuffer written = blocks.octets();
        byte[] octets = new byte[written.remaining()];
        written.get(octets);
        return octets;
    }

    /** Of an interface whose packets are of any length. */
    void description(String name, int linkType) {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        int start = begin(INTERFACE_DESCRIPTION, 64 + octets.length);
        buffer.putShort((short) linkType).putShort((short) 0).putInt(0);
        option(IF_NAME, octets);
        option(IF_TSRESOL, new byte[] {NANOSECONDS});
        endOptions();
        end(start);
    }

    /**
     * A packet, or the beginning of one.
     *
     * @param number of the interface in its section, from 0
     * @param epochNanos Unix time
     * @param length of the whole packet
     */
    void packet(int number, long epochNanos, byte[] octets, int length, boolean outbound, String comment) {
        byte[] text = comment.getBytes(StandardCharsets.UTF_8);
        int start = begin(ENHANCED_PACKET, 64 + octets.length + text.length);
        buffer.putInt(number)
                .putInt((int) (epochNanos >>> 32))
                .putInt((int) epochNanos)
                .putInt(octets.length)
                .putInt(length);
        padded(octets);
        option(
                EPB_FLAGS,
                ByteBuffer.allocate(Integer.BYTES)
                        .putInt(outbound ? OUTBOUND : INBOUND)
                        .array());
        if (text.length > 0) {
            option(OPT_COMMENT, text);
        }
        endOptions();
        end(start);
    }

    /** @param most octets that it may take */
    private int begin(int type, int most) {
        if (buffer.remaining() < most) {
            buffer = ByteBuffer.allocate(2 * buffer.capacity() + most).put(buffer.flip());
        }
        int start = buffer.position();
        buffer.putInt(type).putInt(0);
        return start;
    }

    private void end(int start) {
        int length = buffer.position() + Integer.BYTES - start;
        buffer.putInt(length).putInt(start + Integer.BYTES, length);
    }

    private void option(int code, byte[] value) {
        buffer.putShort((short) code).putShort((short) value.length);
        padded(value);
    }

    private void endOptions() {
        buffer.putShort((short) OPT_END).putShort((short) 0);
    }

    private void padded(byte[] value) {
        buffer.put(value);
        for (int i = value.length; i % Integer.BYTES != 0; i++) {
            buffer.put((byte) 0);
        }
    }

    /** All that has been written. */
    ByteBuffer octets() {
        return buffer.flip();
    }
}
