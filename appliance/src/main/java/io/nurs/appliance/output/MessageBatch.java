package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer.MessageProcessor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Messages on their way to the writer thread, with references of their own, and back with what became of them. */
final class MessageBatch implements MessageProcessor {
    private static final int MAX_MESSAGES = 64;
    private static final int MAX_BYTES = 1 << 20;

    private final ByteBuf[] messages = new ByteBuf[MAX_MESSAGES];
    private final ByteBuffer[] octets = new ByteBuffer[MAX_MESSAGES];
    private final int[] sizes = new int[MAX_MESSAGES];
    private int count;
    private long bytes;
    private int written;
    private long writtenBytes;
    private int filesBegun;
    private @Nullable IOException failure;

    /** Takes what stands first; false ends it. */
    @Override
    public boolean processMessage(Object message) {
        if (!(message instanceof ByteBuf octets) || count == MAX_MESSAGES || bytes >= MAX_BYTES) {
            return false;
        }
        // A cancelled one has none, and is not to be counted.
        if (octets.isReadable()) {
            messages[count++] = octets.retain();
            bytes += octets.readableBytes();
        }
        return true;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /** What is to be written of each message that has not been, for gathering writes. */
    ByteBuffer[] octets(MessageFormat format) {
        for (int i = written; i < count; i++) {
            octets[i] = format.octets(messages[i]);
            sizes[i] = octets[i].remaining();
        }
        return octets;
    }

    /** Octets that are written of this message, which need not be as many as it has. */
    int size(int message) {
        return sizes[message];
    }

    /** The next one is written. */
    void countWritten() {
        writtenBytes += messages[written++].readableBytes();
    }

    void setFailure(IOException failure) {
        this.failure = failure;
    }

    /** Between two of the messages another file was begun. */
    void countFile() {
        filesBegun++;
    }

    int filesBegun() {
        return filesBegun;
    }

    /** Whole messages that are in the file, the first ones. */
    int written() {
        return written;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    void release() {
        for (int i = 0; i < count; i++) {
            messages[i].release();
        }
        Arrays.fill(octets, 0, count, null);
        Arrays.fill(messages, 0, count, null);
        count = 0;
        bytes = 0;
        written = 0;
        writtenBytes = 0;
        filesBegun = 0;
        failure = null;
    }
}
