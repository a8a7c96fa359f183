package io.nurs.appliance.source;

import java.util.concurrent.TimeUnit;

/** Notices that a state begins: once, until it has been left, and not within a minute of the time before. */
final class Onset {
    private static final long LEAST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private boolean on;
    private boolean told;
    private long toldNanos;

    /**
     * Whether it is to be told.
     *
     * @param reached what begins it
     * @param left what ends it; neither is neither
     * @param nanos of a clock that never steps
     */
    boolean begins(boolean reached, boolean left, long nanos) {
        boolean wait = told && nanos - toldNanos < LEAST_NANOS;
        if (left && !wait) {
            on = false;
        }
        if (!reached || on || wait) {
            return false;
        }
        on = true;
        told = true;
        toldNanos = nanos;
        return true;
    }
}
