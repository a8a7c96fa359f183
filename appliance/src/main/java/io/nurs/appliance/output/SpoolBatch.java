package io.nurs.appliance.output;

import java.nio.ByteBuffer;

/** Messages from the disk, in order. Filled by the disk's thread, then read by the event loop, never both. */
final class SpoolBatch {
    private static final int MAX_MESSAGES = 64;

    /** One of the longest fits. */
    private static final int BYTES = 1 << 18;

    final ByteBuffer octets = ByteBuffer.allocate(BYTES);
    private final int[] ends = new int[MAX_MESSAGES];
    private boolean wrapped;
    private int count;
    private int next;
    private int marked;

    void clear(boolean isWrapped) {
        octets.clear();
        wrapped = isWrapped;
        count = 0;
        next = 0;
    }

    /** Finds whole messages in what was read, and forgets the rest. Returns their octets. */
    int frame() {
        int at = 0;
        while (count < MAX_MESSAGES && at + 4 <= octets.limit()) {
            int end = at + Short.toUnsignedInt(octets.getShort(at + 2));
            if (end > octets.limit() || end < at + SpoolFrame.IPFIX_HEADER) {
                break;
            }
            ends[count++] = end;
            at = end;
        }
        return at;
    }

    int count() {
        return count;
    }

    boolean hasNext() {
        return next < count;
    }

    /** Octets in the segment of those that were taken out. */
    int consumed() {
        return next == 0 ? 0 : ends[next - 1];
    }

    /** The next message as it is sent; valid until the batch is filled anew. */
    ByteBuffer peek() {
        int start = consumed();
        int length = SpoolFrame.contentLength(octets, start, wrapped);
        return octets.slice(start + SpoolFrame.contentOffset(wrapped), length);
    }

    /** Octets that the next message has in the segment. */
    int nextBytes() {
        return ends[next] - consumed();
    }

    void mark() {
        marked = next;
    }

    void reset() {
        next = marked;
    }

    /** Octets in the segment of those that are still here. */
    int remainingBytes() {
        return count == 0 ? 0 : ends[count - 1] - consumed();
    }

    void advance() {
        next++;
    }
}
