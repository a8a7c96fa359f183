package io.nurs.appliance.output;

import java.io.IOException;

/** Where messages end. For a writer thread: each call may wait, {@link MessageFileChannel} does not. */
interface MessageSink {
    /** Begins a file, or makes a connection, whatever there was before. */
    void begin() throws IOException;

    /** Takes the messages of a batch in their order, each whole or not at all, and leaves with it which and why not all. */
    void append(MessageBatch batch);

    /** Whether what is written now is of no use to anybody, and another is to be begun. */
    boolean isGone();

    /** Ends what is there, and lets go of it in any case. */
    void close() throws IOException;

    /** Whether a size that was asked for is looked after here, and not by who begins sessions. */
    boolean rotatesBySize();

    /** Whether it is an error if it is not there at the start. */
    boolean isExpectedAtStart();

    /** What an operator can do about a failure. */
    String advice(IOException failure);
}
