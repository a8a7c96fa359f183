package io.nurs.appliance.source;

/** What a source never came to see. */
public interface LossCount {
    /** Events or packets. */
    long lostEvents();

    /** Unix time when the first were found to be lost, to a second; 0 if none is. */
    long firstLostMillis();

    /** Unix time when the last were found to be lost, to a second; 0 if none is. */
    long lastLostMillis();
}
