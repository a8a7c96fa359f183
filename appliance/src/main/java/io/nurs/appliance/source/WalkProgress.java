package io.nurs.appliance.source;

/**
 * How a walk through the table gets on. Written by the event loop alone; other threads may see a value that is a moment old.
 */
public final class WalkProgress {
    /** A lap ends with the datagram that ends it: so much beyond its time is no sign of anything. */
    private static final double LATE = 1.25;

    private long aimedMillis;
    private boolean walking;
    private long lapStartNanos = System.nanoTime();
    private long visited;
    private long entries;
    private long laps;
    private long lastLapMillis;

    WalkProgress(long aimedMillis) {
        this.aimedMillis = aimedMillis;
    }

    /** From now on a lap is to take so long. */
    void aim(long millis) {
        aimedMillis = millis;
    }

    void begin() {
        visited = 0;
        lapStartNanos = System.nanoTime();
        walking = true;
    }

    void visited() {
        visited++;
    }

    void end(boolean whole) {
        walking = false;
        if (whole) {
            laps++;
            lastLapMillis = sinceBeginMillis();
        }
    }

    private long sinceBeginMillis() {
        return (System.nanoTime() - lapStartNanos) / 1_000_000;
    }

    /** How long a lap is to take. */
    public long aimedMillis() {
        return aimedMillis;
    }

    /** How long the last one took; 0 before the first has ended. */
    public long lastLapMillis() {
        return lastLapMillis;
    }

    /** Laps that came to the table's end. */
    public long laps() {
        return laps;
    }

    /** So many there are in the table now. */
    void entries(long entries) {
        this.entries = entries;
    }

    /** How much of the table this lap has visited, 0 to 1; 1 between two laps. */
    public double share() {
        return !walking || entries <= 0 ? 1 : Math.min(1, (double) visited / entries);
    }

    /** Whether the lap under way, or else the last one, has taken clearly longer than aimed at. */
    public boolean isLate() {
        return (walking ? sinceBeginMillis() : lastLapMillis) > aimedMillis * LATE;
    }
}
