package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What becomes of messages on their way to a file or to a reader. Asked by the writer thread alone, which may take its time. */
public interface MessageFormat {
    /** Messages as they are: a file of IPFIX (RFC 5655), or of NetFlow v9 packets back to back. */
    MessageFormat MESSAGES = new Messages();

    /** Whether a file has to be one transport session, so that it ends where the encoder begins the next. */
    boolean isOfSessions();

    /**
     * A file begins, or a reader hears from us for the first time.
     *
     * @return whether what {@link #octets} gave before is of no use there, and is to be asked for again
     */
    default boolean begin() {
        return false;
    }

    /** What is written of a message, in one piece or not at all; nothing if there is nothing in it to be written. */
    ByteBuffer octets(ByteBuf message);

    /** Stands once before all that is written into a file or to a reader. */
    byte[] head();

    /** Stands once behind all of it. */
    byte[] tail();

    /**
     * Makes a file whole that its writer could not end.
     *
     * @return octets cut off its end
     */
    long mend(Path file) throws IOException;

    /** As they are. */
    final class Messages implements MessageFormat {
        private static final byte[] NOTHING = {};

        private Messages() {}

        @Override
        public boolean isOfSessions() {
            return true;
        }

        /** A message in flight is not touched by the event loop: its own view is free. */
        @Override
        public ByteBuffer octets(ByteBuf message) {
            return message.internalNioBuffer(message.readerIndex(), message.readableBytes());
        }

        @Override
        public byte[] head() {
            return NOTHING;
        }

        @Override
        public byte[] tail() {
            return NOTHING;
        }

        @Override
        public long mend(Path file) throws IOException {
            return WholeMessages.cutTorn(file);
        }
    }
}
