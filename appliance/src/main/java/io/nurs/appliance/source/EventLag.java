package io.nurs.appliance.source;

/**
 * How long after the end of a flow, by the kernel's stamp, its DESTROY is read here. Written by the event loop alone; other threads
 * may see a value that is a moment old.
 */
public final class EventLag {
    private static final int SECONDS = 60;

    private final long[] mostOfSecond = new long[SECONDS];
    private int second;
    private long count;
    private long sumMillis;

    /** One more; the wall clock may have stepped back since. */
    void add(long millis) {
        long lag = Math.max(0, millis);
        count++;
        sumMillis += lag;
        if (lag > mostOfSecond[second]) {
            mostOfSecond[second] = lag;
        }
    }

    /** A second has passed. */
    void tick() {
        int next = (second + 1) % SECONDS;
        mostOfSecond[next] = 0;
        second = next;
    }

    /** DESTROY events with a stamp, repeated ones included. */
    public long count() {
        return count;
    }

    /** Of all of them. */
    public long sumMillis() {
        return sumMillis;
    }

    /** The longest of the last minute. */
    public long mostMillis() {
        long most = 0;
        for (long each : mostOfSecond) {
            most = Math.max(most, each);
        }
        return most;
    }
}
