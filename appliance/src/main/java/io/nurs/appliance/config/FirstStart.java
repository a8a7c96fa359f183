package io.nurs.appliance.config;

/** What a source with {@code accounting: delta} does on its very first start with what flows have counted before it. */
public enum FirstStart {
    /** Nothing: reports begin with what is counted from then on. */
    BASELINE("baseline"),
    /** Report it. */
    EXPORT("export");

    private final String word;

    FirstStart(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
