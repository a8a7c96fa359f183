package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The templates at the beginning of spooled messages, as messages without data: what a collector that returns is sent first, and
 * what is lost without harm if it has not returned. NetFlow v5 has no templates: its headers alone do.
 */
final class SpoolTemplates {
    static final int FIRST_DATA_SET = 256;

    private final List<byte[]> messages = new ArrayList<>();

    /** Each with the sequence number of the message that it was taken from. */
    List<byte[]> messages() {
        return messages;
    }

    /** Whether templates are the first in a message. */
    static boolean begin(ByteBuf message) {
        if (message.readableBytes() < SpoolFrame.NETFLOW9_HEADER) {
            return false;
        }
        int header =
                SpoolFrame.version(message) == SpoolFrame.IPFIX ? SpoolFrame.IPFIX_HEADER : SpoolFrame.NETFLOW9_HEADER;
        int at = message.readerIndex() + header;
        return message.getUnsignedShort(at) < FIRST_DATA_SET;
    }

    /** False when a message with data behind templates was seen: what follows repeats them. */
    boolean add(ByteBuffer message) {
        int version = message.getShort(0);
        if (version == SpoolFrame.NETFLOW5) {
            addHeader(message);
            return false;
        }
        int header = version == SpoolFrame.IPFIX ? SpoolFrame.IPFIX_HEADER : SpoolFrame.NETFLOW9_HEADER;
        int end = header;
        int templates = 0;
        while (end + 4 <= message.limit() && isTemplates(message, end)) {
            templates += version == SpoolFrame.IPFIX ? 0 : countNetflow9(message, end);
            end += setLength(message, end);
        }
        if (end > header) {
            ByteBuffer copy = ByteBuffer.allocate(end).put(0, message, 0, end);
            copy.putShort(2, (short) (version == SpoolFrame.IPFIX ? end : templates));
            messages.add(copy.array());
        }
        return end == header || end + 4 > message.limit();
    }

    /** A datagram of NetFlow v5 with a count of 0. */
    private void addHeader(ByteBuffer message) {
        ByteBuffer copy =
                ByteBuffer.allocate(SpoolFrame.NETFLOW5_HEADER).put(0, message, 0, SpoolFrame.NETFLOW5_HEADER);
        copy.putShort(2, (short) 0);
        messages.add(copy.array());
    }

    private static boolean isTemplates(ByteBuffer message, int at) {
        int length = setLength(message, at);
        return Short.toUnsignedInt(message.getShort(at)) < FIRST_DATA_SET
                && length >= 4
                && at + length <= message.limit();
    }

    private static int setLength(ByteBuffer message, int at) {
        return Short.toUnsignedInt(message.getShort(at + 2));
    }

    /** RFC 3954 §5.2: the id and the count of 4-octet fields; §6.1: the id and the octets of scope and of options. */
    static int countNetflow9(ByteBuffer message, int set) {
        if (Short.toUnsignedInt(message.getShort(set)) >= FIRST_DATA_SET) {
            return 0;
        }
        boolean isOptions = message.getShort(set) == 1;
        int end = set + setLength(message, set);
        int count = 0;
        int at = set + 4;
        int header = isOptions ? 6 : 4;
        while (at + header <= end && message.getShort(at) != 0) {
            int fields = Short.toUnsignedInt(message.getShort(at + 2));
            at += header + (isOptions ? fields + Short.toUnsignedInt(message.getShort(at + 4)) : fields * 4);
            count++;
        }
        return count;
    }
}
