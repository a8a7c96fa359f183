package io.nurs.appliance.source;

/**
 * What a conntrack source has done. Written by its event loop alone; other threads may see a value that is a moment old. What
 * became of the flows that ended is in its {@link FlowLedger}.
 */
public final class ConntrackStats implements LossCount {
    long seen;
    long ended;
    long repeated;
    long reported;
    long empty;
    long fromBefore;
    long otherMark;
    long dumps;
    long failedDumps;
    long lostEvents;
    long firstLostMillis;
    long lastLostMillis;
    long unreadable;
    long baseline;
    long zeroed;
    long unwatched;
    long untracked;
    long inDoubt;
    long unsentEnds;
    long asked;
    long unevenLedgers;

    /** Flows met for the first time: by a walk, by their end, or in the state file that was taken up. */
    public long seen() {
        return seen;
    }

    /** Flows whose end is known: DESTROY events, those of other marks and repeated ones left out, and {@link #unwatched()}. */
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

    /** Ended flows with nothing to report: no counters, or no traffic since the last report. */
    public long empty() {
        return empty;
    }

    /** Ended flows that had counted from before the first start only: see {@link #baseline()}. */
    public long fromBefore() {
        return fromBefore;
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
    @Override
    public long lostEvents() {
        return lostEvents;
    }

    /** Unix time when events were first found to be lost, to a second; 0 if none is. */
    @Override
    public long firstLostMillis() {
        return firstLostMillis;
    }

    /** Unix time when events were last found to be lost, to a second; 0 if none is. */
    @Override
    public long lastLostMillis() {
        return lastLostMillis;
    }

    /** So many events are lost in all, as was found at this time. */
    void lost(long events, long millis) {
        if (events > lostEvents) {
            firstLostMillis = firstLostMillis == 0 ? millis : firstLostMillis;
            lastLostMillis = millis;
        }
        lostEvents = events;
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

    /** Flows that are gone without an end that was told: what they counted since their last report is not known. */
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

    /** Ended flows whose last record the process before this one had not come to send: reported by this one. */
    public long unsentEnds() {
        return unsentEnds;
    }

    /** Times that the kernel was asked for a single entry. */
    public long asked() {
        return asked;
    }

    /** Times that the {@link FlowLedger} did not add up: always 0, or there is a mistake in nurs. */
    public long unevenLedgers() {
        return unevenLedgers;
    }
}
