package io.nurs.appliance.config;

/** What the kernel tells of an entry of the connection table. */
public enum EntryEvent {
    /** It was made. */
    NEW("new"),
    /** It has changed: its state, status, mark, … */
    UPDATE("update"),
    /** It has ended. */
    DESTROY("destroy");

    private final String word;

    EntryEvent(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
