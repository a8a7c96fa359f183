package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;

/**
 * Sequence numbers of a connection, which begin with 0 (RFC 7011 §3.1), for messages that an encoder numbered without regard to
 * connections, in this process and in those before. A gap, where messages were dropped, stays one.
 */
final class SpoolSequence {
    private boolean begun;
    private int offset;
    private int last;
    private int lastRecords;

    void begin() {
        begun = false;
    }

    /** @param records data records of the message */
    void renumber(ByteBuf message, int records) {
        int version = SpoolFrame.version(message);
        int at = message.readerIndex() + SpoolFrame.sequenceOffset(version);
        int original = message.getInt(at);
        if (!begun) {
            begun = true;
            offset = -original;
        } else if (original - last < 0) {
            // Another process numbered this one, from 0 on.
            offset += last + lastRecords - original;
        }
        last = original;
        lastRecords = SpoolFrame.countsRecords(version) ? records : 1;
        message.setInt(at, original + offset);
    }
}
