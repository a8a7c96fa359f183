package io.nurs.appliance.log;

/** How a line of the log looks. */
public enum LogFormat {
    TEXT("text"),
    JSON("json");

    private final String word;

    LogFormat(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
