package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.ReadRecord;

/** One record as one line, which ends with the only line feed in it; none where each says how long it is. */
public interface RecordLines {
    /** Stands before the first of them, once in each file and for each reader. */
    default String head() {
        return "";
    }

    /** Stands behind the last of them. */
    default String tail() {
        return "";
    }

    /** What every file begins with that is ours. */
    String beginning();

    void append(StringBuilder text, ReadRecord record);
}
