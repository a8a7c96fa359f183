package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Messages on their way to the disk, as they will stand there: a copy, so that the encoder has its buffers back. */
final class SpoolStaging {
    private static final int BYTES = 1 << 20;

    final ByteBuffer octets = ByteBuffer.allocateDirect(BYTES);
    private int[] records = new int[256];
    private int count;
    private int version = SpoolFrame.IPFIX;

    /** What was written, set by the disk's thread. */
    int writtenMessages;

    int writtenBytes;

    boolean fits(int bytes) {
        return octets.remaining() >= bytes;
    }

    void add(ByteBuf message, int recordCount) {
        version = SpoolFrame.version(message);
        SpoolFrame.put(message, octets);
        if (count == records.length) {
            records = Arrays.copyOf(records, 2 * count);
        }
        records[count++] = recordCount;
    }

    int count() {
        return count;
    }

    int bytes() {
        return octets.position();
    }

    boolean isWrapped() {
        return version != SpoolFrame.IPFIX;
    }

    /** Of its messages. */
    int version() {
        return version;
    }

    /** Whole messages among the first {@code bytes}. */
    void setWritten(long bytes) {
        writtenMessages = 0;
        writtenBytes = 0;
        while (writtenMessages < count) {
            int length = Short.toUnsignedInt(octets.getShort(writtenBytes + 2));
            if (writtenBytes + length > bytes) {
                return;
            }
            writtenBytes += length;
            writtenMessages++;
        }
    }

    /** Data records of the messages that were not written. */
    long lostRecords() {
        long lost = 0;
        for (int i = writtenMessages; i < count; i++) {
            lost += records[i];
        }
        return lost;
    }

    void clear() {
        octets.clear();
        count = 0;
    }
}
