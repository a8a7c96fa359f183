package io.nurs.appliance.http;

import org.jspecify.annotations.Nullable;

/** What is to be had at one path. */
@FunctionalInterface
public interface Page {
    /**
     * Makes the answer, one at a time, on a thread that may block for a moment.
     *
     * @param accept what the client says it can read (Accept), or null
     */
    Answer answer(@Nullable String accept) throws Exception;
}
