package io.nurs.appliance.export;

/**
 * What one collector should have been sent and was not, because it was dropped here. Written by the collector's event loop
 * alone; other threads may read a moment late.
 */
public final class NotSent {
    private long flows;
    private long packets;
    private long octets;
    private long firstMillis;
    private long lastMillis;

    /**
     * Counts records that were dropped.
     *
     * @param packets that the records told of, and octets
     * @param atMillis Unix time
     */
    public void add(long flows, long packets, long octets, long atMillis) {
        if (this.flows == 0) {
            firstMillis = atMillis;
        }
        this.flows += flows;
        this.packets += packets;
        this.octets += octets;
        lastMillis = atMillis;
    }

    public long flows() {
        return flows;
    }

    public long packets() {
        return packets;
    }

    public long octets() {
        return octets;
    }

    /** Unix time; 0 if nothing was dropped. */
    public long firstMillis() {
        return firstMillis;
    }

    /** Unix time; 0 if nothing was dropped. */
    public long lastMillis() {
        return lastMillis;
    }
}
