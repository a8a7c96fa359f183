package io.nurs.appliance.collect.pcap;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.time.Instant;

/** Whether octets that nobody has announced look like messages of flows. A DNS query may begin with a 9 too. */
final class FlowPayload {
    private static final int NETFLOW5 = 5;
    private static final int NETFLOW5_HEADER = 24;
    private static final int NETFLOW5_RECORD = 48;
    private static final int NETFLOW9 = 9;
    private static final int NETFLOW9_HEADER = 20;
    private static final int NETFLOW9_TIME = 8;
    private static final int IPFIX = 10;
    private static final int IPFIX_HEADER = 16;
    private static final int IPFIX_TIME = 4;
    private static final int SET_HEADER = 4;

    /** A clock that is no further off than this is an exporter's: of other octets, one in 25000 would pass. */
    private static final Duration CLOCK = Duration.ofDays(1);

    private FlowPayload() {}

    /**
     * A whole message: the length in the header, that of the first set, or the time is right. One of these is enough,
     * so that a message with one fault is found.
     *
     * @param captured when it was seen
     */
    static boolean isLikely(ByteBuf message, Instant captured) {
        int length = message.readableBytes();
        int at = message.readerIndex();
        return switch (length < 2 ? 0 : message.getUnsignedShort(at)) {
            case NETFLOW5 ->
                length > NETFLOW5_HEADER
                        && length == NETFLOW5_HEADER + message.getUnsignedShort(at + 2) * NETFLOW5_RECORD;
            case NETFLOW9 ->
                length == NETFLOW9_HEADER
                        ? message.getUnsignedShort(at + 2) == 0
                        : hasSet(message) || hasTime(message, NETFLOW9_HEADER, NETFLOW9_TIME, captured);
            case IPFIX ->
                length >= IPFIX_HEADER
                        && (message.getUnsignedShort(at + 2) == length
                                || hasTime(message, IPFIX_HEADER, IPFIX_TIME, captured));
            default -> false;
        };
    }

    /** The beginning of a stream or of a message. */
    static boolean begins(ByteBuf octets) {
        if (octets.readableBytes() < Short.BYTES) {
            return false;
        }
        int version = octets.getUnsignedShort(octets.readerIndex());
        return version == NETFLOW9 || version == IPFIX;
    }

    private static boolean hasTime(ByteBuf message, int header, int offset, Instant captured) {
        return message.readableBytes() >= header
                && Duration.between(
                                        Instant.ofEpochSecond(message.getUnsignedInt(message.readerIndex() + offset)),
                                        captured)
                                .abs()
                                .compareTo(CLOCK)
                        < 0;
    }

    private static boolean hasSet(ByteBuf message) {
        int rest = message.readableBytes() - NETFLOW9_HEADER;
        if (rest < SET_HEADER) {
            return false;
        }
        int at = message.readerIndex() + NETFLOW9_HEADER;
        int id = message.getUnsignedShort(at);
        int length = message.getUnsignedShort(at + 2);
        return (id <= 1 || id >= 256) && length >= SET_HEADER && length <= rest;
    }
}
