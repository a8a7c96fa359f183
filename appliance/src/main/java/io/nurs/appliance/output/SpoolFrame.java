package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * How a message stands in a segment, which is an IPFIX file (RFC 5655): IPFIX as it is, a packet of NetFlow v9 or v5 as the
 * ipPayloadPacketSection of one record, template included, so that each is a message on its own.
 */
final class SpoolFrame {
    static final int IPFIX = 10;
    static final int NETFLOW9 = 9;
    static final int NETFLOW5 = 5;

    static final int IPFIX_HEADER = 16;
    static final int NETFLOW9_HEADER = 20;
    static final int NETFLOW5_HEADER = 24;
    static final int NETFLOW5_RECORD = 48;

    private static final int MAX_LENGTH = 65535;
    private static final int TEMPLATE_ID = 256;
    private static final int OBSERVATION_TIME_MILLISECONDS = 323;
    private static final int IP_PAYLOAD_PACKET_SECTION = 314;
    private static final int VARIABLE = 65535;

    // Set header, template id and field count, two fields.
    private static final int TEMPLATE_SET = 4 + 4 + 2 * 4;
    /** Header, template set, set header, time, and the long form of a variable length. */
    private static final int OVERHEAD = IPFIX_HEADER + TEMPLATE_SET + 4 + 8 + 3;

    private SpoolFrame() {}

    static int version(ByteBuf message) {
        return message.getUnsignedShort(message.readerIndex());
    }

    /** Octets in the segment; more than a message may have if it cannot be there. */
    static int length(ByteBuf message) {
        return version(message) == IPFIX ? message.readableBytes() : padded(OVERHEAD + message.readableBytes());
    }

    static boolean fits(ByteBuf message) {
        return length(message) <= MAX_LENGTH;
    }

    /** The message's indices stay as they are. */
    static void put(ByteBuf message, ByteBuffer segment) {
        int start = segment.position();
        int length = length(message);
        if (version(message) != IPFIX) {
            int at = message.readerIndex();
            putWrapper(segment, length, message.readableBytes(), message.getInt(at + 8), domain(message, at));
        }
        int limit = segment.limit();
        segment.limit(segment.position() + message.readableBytes());
        message.getBytes(message.readerIndex(), segment);
        segment.limit(limit);
        while (segment.position() < start + length) {
            segment.put((byte) 0);
        }
    }

    /** The source id of version 9, engine type and id of version 5. */
    private static int domain(ByteBuf message, int at) {
        return version(message) == NETFLOW5 ? message.getUnsignedShort(at + 20) : message.getInt(at + 16);
    }

    private static void putWrapper(ByteBuffer to, int length, int content, int unixSeconds, int domain) {
        to.putShort((short) IPFIX)
                .putShort((short) length)
                .putInt(unixSeconds)
                .putInt(0)
                .putInt(domain);
        to.putShort((short) 2).putShort((short) TEMPLATE_SET);
        to.putShort((short) TEMPLATE_ID).putShort((short) 2);
        to.putShort((short) OBSERVATION_TIME_MILLISECONDS).putShort((short) 8);
        to.putShort((short) IP_PAYLOAD_PACKET_SECTION).putShort((short) VARIABLE);
        to.putShort((short) TEMPLATE_ID).putShort((short) (length - IPFIX_HEADER - TEMPLATE_SET));
        to.putLong(Integer.toUnsignedLong(unixSeconds) * 1000);
        to.put((byte) 255).putShort((short) content);
    }

    /** Of the message that begins there, in a segment of wrapped ones or not. */
    static int contentOffset(boolean wrapped) {
        return wrapped ? OVERHEAD : 0;
    }

    static int contentLength(ByteBuffer segment, int at, boolean wrapped) {
        return Short.toUnsignedInt(segment.getShort(wrapped ? at + OVERHEAD - 2 : at + 2));
    }

    private static int padded(int octets) {
        return (octets + 3) & -4;
    }

    /** Whether the sequence counts data records; it counts messages otherwise. */
    static boolean countsRecords(int version) {
        return version != NETFLOW9;
    }

    /** Where a header has the sequence number. */
    static int sequenceOffset(int version) {
        return switch (version) {
            case IPFIX -> 8;
            case NETFLOW5 -> 16;
            default -> 12;
        };
    }
}
