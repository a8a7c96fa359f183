package io.nurs.appliance.collect.pcap;

import io.netty.buffer.ByteBuf;

/** Whether octets that nobody has announced look like messages of flows. A DNS query may begin with a 9 too. */
final class FlowPayload {
    private static final int NETFLOW9 = 9;
    private static final int NETFLOW9_HEADER = 20;
    private static final int IPFIX = 10;
    private static final int IPFIX_HEADER = 16;
    private static final int SET_HEADER = 4;

    private FlowPayload() {}

    /** A whole message: the length in the header, or at least that of the first set, is possible. */
    static boolean isLikely(ByteBuf message) {
        int length = message.readableBytes();
        int at = message.readerIndex();
        return switch (length < 2 ? 0 : message.getUnsignedShort(at)) {
            case NETFLOW9 ->
                length == NETFLOW9_HEADER
                        ? message.getUnsignedShort(at + 2) == 0
                        : hasSet(message, NETFLOW9_HEADER, 0, 1);
            case IPFIX ->
                length >= IPFIX_HEADER
                        && message.getUnsignedShort(at + 2) == length
                        && (length == IPFIX_HEADER || hasSet(message, IPFIX_HEADER, 2, 3));
            default -> false;
        };
    }

    /** The beginning of a stream. */
    static boolean begins(ByteBuf octets) {
        int version = octets.getUnsignedShort(octets.readerIndex());
        return version == NETFLOW9 || version == IPFIX;
    }

    private static boolean hasSet(ByteBuf message, int header, int templates, int options) {
        int rest = message.readableBytes() - header;
        if (rest < SET_HEADER) {
            return false;
        }
        int at = message.readerIndex() + header;
        int id = message.getUnsignedShort(at);
        int length = message.getUnsignedShort(at + 2);
        return (id == templates || id == options || id >= 256) && length >= SET_HEADER && length <= rest;
    }
}
