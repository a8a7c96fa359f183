package io.nurs.appliance.output;

/** What became of messages to one file. Written by its event loop alone; other threads may read a moment late. */
public final class MessageFileStats {
    long writtenMessages;
    long writtenBytes;
    long droppedMessages;
    long droppedBytes;
    long files;
    long failures;

    MessageFileStats() {}

    public long writtenMessages() {
        return writtenMessages;
    }

    public long writtenBytes() {
        return writtenBytes;
    }

    /** Whole messages that are in no file, because it could not be written or did not take them before the end. */
    public long droppedMessages() {
        return droppedMessages;
    }

    public long droppedBytes() {
        return droppedBytes;
    }

    /** Files begun, the first one included. */
    public long files() {
        return files;
    }

    /** How often a file could not be made, written or closed. */
    public long failures() {
        return failures;
    }

    void dropped(long messages, long bytes) {
        droppedMessages += messages;
        droppedBytes += bytes;
    }
}
