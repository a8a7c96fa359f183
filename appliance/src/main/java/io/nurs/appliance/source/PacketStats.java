package io.nurs.appliance.source;

/** What a reader of packets has done. Written by its event loop alone; other threads may see a value that is a moment old. */
public final class PacketStats implements EventLosses {
    long packets;
    long octets;
    long lost;
    long gaps;
    long restarts;
    long firstLostMillis;
    long lastLostMillis;

    /** Packets that came, and were handed to the stacks. */
    public long packets() {
        return packets;
    }

    /** Their octets from the network header on, copied or not. */
    public long octets() {
        return octets;
    }

    /** Packets that the kernel numbered and could not deliver. */
    @Override
    public long lostEvents() {
        return lost;
    }

    /** Times that some were lost, one after the other. */
    public long gaps() {
        return gaps;
    }

    /** Times that the numbers began anew: what was lost before is not known. */
    public long restarts() {
        return restarts;
    }

    @Override
    public long firstLostMillis() {
        return firstLostMillis;
    }

    @Override
    public long lastLostMillis() {
        return lastLostMillis;
    }
}
