package io.nurs.appliance.source;

/** Events or packets that a source was to be told of, and was not. For any thread, which may read a moment late. */
public interface EventLosses {
    /** Events that the kernel could not queue and did not send again. */
    long lostEvents();

    /** Unix time when events were first found to be lost, to a second; 0 if none is. */
    long firstLostMillis();

    /** Unix time when events were last found to be lost, to a second; 0 if none is. */
    long lastLostMillis();
}
