package io.nurs.appliance.totals;

import java.nio.file.Path;

/** What opening a table found. */
public sealed interface Opening {
    /** There was no state file. */
    record First() implements Opening {}

    /**
     * The flows of a state file were taken up.
     *
     * @param createdMillis Unix time at which the file was made
     * @param lastUsedMillis Unix time at which it was last written
     * @param hadOtherDefaults whether that was by a nurs whose exporters had other defaults
     */
    record Resumed(long createdMillis, long lastUsedMillis, boolean hadOtherDefaults) implements Opening {}

    /**
     * There was a state file that cannot be trusted or is not ours; the table starts empty.
     *
     * @param reason one line
     * @param keptAs where the file is now
     */
    record SetAside(String reason, Path keptAs) implements Opening {}
}
