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
    private int count;
    private long bytes;
    private int written;
    private long writtenBytes;
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

    /** For one gathering write. A message in flight is not touched by the event loop: its own view is free. */
    ByteBuffer[] octets() {
        for (int i = 0; i < count; i++) {
            octets[i] = messages[i].internalNioBuffer(messages[i].readerIndex(), messages[i].readableBytes());
        }
        return octets;
    }

    void setWritten(long bytes, @Nullable IOException failure) {
        this.failure = failure;
        while (written < count && writtenBytes + messages[written].readableBytes() <= bytes) {
            writtenBytes += messages[written++].readableBytes();
        }
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
        failure = null;
    }
}
