package io.nurs.appliance.output;

/** What became of messages that could not be sent at once. Written by the event loop alone; other threads may read a moment late. */
public final class SpoolStats {
    long spooledMessages;
    long spooledRecords;
    long replayedMessages;
    long droppedMessages;
    long droppedBytes;
    long droppedRecords;
    long lostInFlightMessages;
    long lostInFlightRecords;
    long inDoubtMessages;
    long backlogBytes;
    long maxBytes;
    long outages;

    SpoolStats() {}

    /** Messages that went to the disk instead of to the socket. */
    public long spooledMessages() {
        return spooledMessages;
    }

    public long spooledRecords() {
        return spooledRecords;
    }

    /** Messages from the disk that the socket took. */
    public long replayedMessages() {
        return replayedMessages;
    }

    /** Messages lost here, for a full spool, a full disk or a slow one: the collector sees a gap in the sequence. */
    public long droppedMessages() {
        return droppedMessages;
    }

    public long droppedBytes() {
        return droppedBytes;
    }

    public long droppedRecords() {
        return droppedRecords;
    }

    /**
     * At most so many messages were on their way when a collector died: on UDP all that left within twice the time that an
     * error takes to come back, on a connection those that it had not taken.
     */
    public long lostInFlightMessages() {
        return lostInFlightMessages;
    }

    public long lostInFlightRecords() {
        return lostInFlightRecords;
    }

    /** Messages that the process before this one may have sent or not when it was killed; they are not sent again. */
    public long inDoubtMessages() {
        return inDoubtMessages;
    }

    /** Octets that wait, in memory and on the disk. */
    public long backlogBytes() {
        return backlogBytes;
    }

    /** How many of those there may be; what comes then is dropped. */
    public long maxBytes() {
        return maxBytes;
    }

    /** How often a collector was found to be down. */
    public long outages() {
        return outages;
    }

    void dropped(long messages, long bytes, long records) {
        droppedMessages += messages;
        droppedBytes += bytes;
        droppedRecords += records;
    }
}
