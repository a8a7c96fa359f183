package io.nurs.appliance.source;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.util.concurrent.TimeUnit;

/**
 * What the kernel has told of one conntrack entry, as its message has it. Borrowed, as the message is: the source has one and points it
 * at each message in turn.
 */
public final class ConntrackEvent implements Observation {
    // firewallEvent(233)
    private static final int FLOW_CREATED = 1;
    private static final int FLOW_DELETED = 2;
    private static final int FLOW_UPDATE = 5;

    private final ConntrackMessage entry;
    private long readNanos;

    /** @param entry the view that is pointed at each message */
    ConntrackEvent(ConntrackMessage entry) {
        this.entry = entry;
    }

    /** The next message. */
    ConntrackEvent set(long nowNanos) {
        readNanos = nowNanos;
        return this;
    }

    /** What the message says. */
    public ConntrackMessage entry() {
        return entry;
    }

    /** firewallEvent(233) */
    public int firewallEvent() {
        return switch (entry.kind()) {
            case NEW -> FLOW_CREATED;
            case DESTROY -> FLOW_DELETED;
            case UPDATE, DUMPED -> FLOW_UPDATE;
        };
    }

    /** Unix time: the kernel's stamp of the event, or else when it was read. */
    public long timeMillis() {
        return TimeUnit.NANOSECONDS.toMillis(timeNanos());
    }

    private long timeNanos() {
        return entry.hasEventTime() ? entry.eventNanos() : readNanos;
    }

    /** Unix time at which the entry was made; that of the event where the kernel does not say. */
    public long startMillis() {
        return TimeUnit.NANOSECONDS.toMillis(entry.hasStart() ? entry.startNanos() : timeNanos());
    }

    /** Unix time at which the entry expired or was deleted; that of the event where the kernel does not say. Never before the start. */
    public long endMillis() {
        return Math.max(
                startMillis(), TimeUnit.NANOSECONDS.toMillis(entry.hasStop() ? entry.stopNanos() : timeNanos()));
    }
}
