package io.nurs.appliance.source;

/**
 * What a conntrack source has done. Written by its event loop alone; other threads may see a value that is a moment old.
 */
public final class ConntrackStats {
    long ended;
    long repeated;
    long reported;
    long empty;
    long otherMark;
    long dumps;
    long failedDumps;
    long lostEvents;
    long unreadable;
    long baseline;
    long zeroed;
    long unwatched;
    long untracked;
    long inDoubt;

    /** DESTROY events taken, those of other marks and repeated ones left out. */
    public long ended() {
        return ended;
    }

    /** DESTROY events passed over because the kernel had sent them before: another listener had missed them. */
    public long repeated() {
        return repeated;
    }

    /** Reports handed to the stacks: of ended flows, and of live ones by a dump. */
    public long reported() {
        return reported;
    }

    /** Entries with nothing to report: no counters, or no traffic since the last report. */
    public long empty() {
        return empty;
    }

    /** Entries left to others by the mark filter. */
    public long otherMark() {
        return otherMark;
    }

    /** Dumps carried out, the baseline included. */
    public long dumps() {
        return dumps;
    }

    public long failedDumps() {
        return failedDumps;
    }

    /** Events that the kernel could not queue and did not send again. */
    public long lostEvents() {
        return lostEvents;
    }

    /** Messages dropped because a length in them was impossible, and datagrams that were longer than their slot. */
    public long unreadable() {
        return unreadable;
    }

    /** Flows whose counters at the first start were where reports begin. */
    public long baseline() {
        return baseline;
    }

    /** Counters found below what was reported: another program had set them to zero. */
    public long zeroed() {
        return zeroed;
    }

    /** Flows that ended while nobody watched: what they counted since their last report is not known. */
    public long unwatched() {
        return unwatched;
    }

    /** Times that a flow was met for which the table of totals had no room: reported as a whole when it ends. */
    public long untracked() {
        return untracked;
    }

    /** Flows whose last record was being sent when the process before this one was killed. */
    public long inDoubt() {
        return inDoubt;
    }
}
