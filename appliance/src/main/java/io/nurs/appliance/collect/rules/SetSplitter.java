package io.nurs.appliance.collect.rules;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a message into messages of one set each. A collector that gives up in the middle of a message has read the sets
 * before, so their order matters.
 */
final class SetSplitter {
    static final int NETFLOW9 = 9;
    static final int IPFIX = 10;

    /** RFC 3954 §5.1 */
    private static final int NETFLOW9_HEADER = 20;
    /** RFC 7011 §3.1 */
    private static final int IPFIX_HEADER = 16;
    /** Id and length, u16 each. */
    private static final int SET_HEADER = 4;

    private SetSplitter() {}

    /**
     * The sets in their order, each behind the message's header. What follows a set of an impossible length is left out.
     *
     * @param message of NetFlow v9 or IPFIX, at least its header; its indices stay as they are
     */
    static List<ByteBuf> split(ByteBuf message) {
        int begin = message.readerIndex();
        boolean isIpfix = message.getUnsignedShort(begin) == IPFIX;
        int header = isIpfix ? IPFIX_HEADER : NETFLOW9_HEADER;
        int end = message.writerIndex();
        if (isIpfix) {
            end = Math.min(end, begin + message.getUnsignedShort(begin + Short.BYTES));
        }
        List<ByteBuf> sets = new ArrayList<>();
        int at = begin + header;
        while (at + SET_HEADER <= end) {
            int length = message.getUnsignedShort(at + Short.BYTES);
            if (length < SET_HEADER || at + length > end) {
                break;
            }
            sets.add(single(message, begin, header, at, length, isIpfix));
            at += length;
        }
        return sets;
    }

    private static ByteBuf single(ByteBuf message, int begin, int header, int set, int length, boolean isIpfix) {
        ByteBuf single = Unpooled.buffer(header + length);
        single.writeBytes(message, begin, header).writeBytes(message, set, length);
        if (isIpfix) {
            single.setShort(Short.BYTES, header + length);
        }
        return single;
    }
}
