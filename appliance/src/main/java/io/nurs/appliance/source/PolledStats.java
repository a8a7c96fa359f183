package io.nurs.appliance.source;

/** What a source that asks at an interval has done. Written by its event loop alone; other threads may read a moment late. */
public final class PolledStats {
    long readings;
    long failed;
    long passedOver;
    long reported;
    long objects;
    long baseline;
    long zeroed;
    long quotaEvents;
    long lastReadingMillis;
    String lastFailure = "";

    PolledStats() {}

    /** Readings that came to their end, with or without a report. */
    public long readings() {
        return readings;
    }

    /** Readings that the kernel refused or cut short. */
    public long failed() {
        return failed;
    }

    /** Times that a reading was due while the one before was under way. */
    public long passedOver() {
        return passedOver;
    }

    /** Records handed to the stacks. */
    public long reported() {
        return reported;
    }

    /** Accounting objects, or counters, that the last reading met. */
    public long objects() {
        return objects;
    }

    /** Accounting objects whose counts at the start were where reports begin. */
    public long baseline() {
        return baseline;
    }

    /** Times that a counter was below what was reported: another program had set it to zero. */
    public long zeroed() {
        return zeroed;
    }

    /** Times that the kernel told of a quota used up. */
    public long quotaEvents() {
        return quotaEvents;
    }

    /** Unix time of the last reading that succeeded; 0 for none. */
    public long lastReadingMillis() {
        return lastReadingMillis;
    }

    /** Why the last reading failed; empty if it did not. */
    public String lastFailure() {
        return lastFailure;
    }
}
