package io.nurs.appliance.source;

import io.nurs.netlink.conntrack.ConntrackMessage;

/** What a source of events has read. Written by its event loop alone; other threads may read a moment late. */
public final class ConntrackEventStats implements EventLosses {
    private long created;
    private long updated;
    private long destroyed;
    private long lostEvents;
    private long firstLostMillis;
    private long lastLostMillis;
    private long unreadable;

    ConntrackEventStats() {}

    void count(ConntrackMessage.Kind kind) {
        switch (kind) {
            case NEW -> created++;
            case DESTROY -> destroyed++;
            case UPDATE, DUMPED -> updated++;
        }
    }

    /** So many events are lost in all, as was found at this time; whether they are more than before. */
    boolean lost(long events, long millis) {
        boolean more = events > lostEvents;
        if (more) {
            firstLostMillis = firstLostMillis == 0 ? millis : firstLostMillis;
            lastLostMillis = millis;
            lostEvents = events;
        }
        return more;
    }

    /** So many messages could not be read in all; whether they are more than before. */
    boolean unreadable(long messages) {
        boolean more = messages > unreadable;
        unreadable = messages;
        return more;
    }

    /** Entries that were made, handed to the stacks; so the others. */
    public long created() {
        return created;
    }

    public long updated() {
        return updated;
    }

    public long destroyed() {
        return destroyed;
    }

    /** All that was handed to the stacks. */
    public long events() {
        return created + updated + destroyed;
    }

    @Override
    public long lostEvents() {
        return lostEvents;
    }

    @Override
    public long firstLostMillis() {
        return firstLostMillis;
    }

    @Override
    public long lastLostMillis() {
        return lastLostMillis;
    }

    /** Messages dropped because a length in them was impossible, and datagrams that were longer than their slot. */
    public long unreadable() {
        return unreadable;
    }
}
