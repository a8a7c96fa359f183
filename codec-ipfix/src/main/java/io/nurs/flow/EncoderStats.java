package io.nurs.flow;

/**
 * What an encoder has done since it was made. Written by the event loop without locks or fences: another thread may
 * read values that are a moment old, which is all that a metric needs.
 */
public final class EncoderStats {
    long records;
    long optionRecords;
    long droppedRecords;
    long templates;
    long templatesMillis;
    long datagrams;
    long bytes;
    long sequence;

    EncoderStats() {}

    /** Data records that left in a datagram, those of options included. */
    public long records() {
        return records;
    }

    /** Data records of options, a part of {@link #records()}: the others are flows. */
    public long optionRecords() {
        return optionRecords;
    }

    /** Data records of flows that left: those that are not of options. */
    public long flowRecords() {
        return records - optionRecords;
    }

    /**
     * Data records lost here: all datagram buffers were in flight, a variable length made it longer than any datagram,
     * or the encoder was removed with records in its hands.
     */
    public long droppedRecords() {
        return droppedRecords;
    }

    /** Template records that left, repetitions included. */
    public long templates() {
        return templates;
    }

    /** Unix time when templates last left; 0 if none has. */
    public long templatesMillis() {
        return templatesMillis;
    }

    public long datagrams() {
        return datagrams;
    }

    /** UDP payload, or octets of the stream. */
    public long bytes() {
        return bytes;
    }

    /** Sequence number of the next datagram, before it is cut to 32 bits; a new session on a stream begins at 0. */
    public long sequence() {
        return sequence;
    }
}
