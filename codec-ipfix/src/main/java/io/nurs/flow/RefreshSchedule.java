package io.nurs.flow;

/** When templates and option records are due to be repeated, and which of them a transport needs. */
final class RefreshSchedule {
    /** Option records may be many: before every datagram they would be most of what is sent. */
    private static final long ALWAYS_OPTIONS_MILLIS = 1_000;

    private final int packets;
    private final long millis;
    private final boolean stream;
    private final ExportClock clock;

    /** At first too: there are no templates yet, but there may be option records. */
    private boolean requested = true;

    private boolean always;
    private long refreshedMillis;
    private long optionsMillis;
    private int datagrams;

    RefreshSchedule(EncoderOptions options, ExportClock clock) {
        this.clock = clock;
        this.packets = options.templateRefreshPackets();
        this.millis = options.templateRefreshInterval().toMillis();
        this.stream = options.stream();
    }

    void request() {
        requested = true;
    }

    void always(boolean always) {
        this.always = always;
    }

    boolean isDue() {
        return isWanted() || (!stream && datagrams >= packets) || isDueByTime();
    }

    /** Whether not even a datagram that was begun earlier may leave without. */
    boolean isWanted() {
        return requested || always;
    }

    /** A clock that stepped back would put it off by as much, and RFC 3954 §9 wants templates soon after it. */
    boolean isDueByTime() {
        long elapsed = clock.epochMillis() - refreshedMillis;
        return elapsed < 0 || elapsed >= millis;
    }

    /** On a stream the other end has them, unless there is a new other end. RFC 7011 §8.1 */
    boolean repeatsTemplates() {
        return !stream || isWanted();
    }

    /** While everything is repeated always, option records are once a second. */
    boolean repeatsOptions() {
        long elapsed = clock.epochMillis() - optionsMillis;
        return requested || !always || elapsed < 0 || elapsed >= ALWAYS_OPTIONS_MILLIS;
    }

    /** The datagrams that option records filled do not count for the next repetition. */
    void optionsDone() {
        optionsMillis = clock.epochMillis();
        datagrams = 0;
    }

    void done() {
        requested = false;
        refreshedMillis = clock.epochMillis();
        datagrams = 0;
    }

    void countDatagram() {
        datagrams++;
    }
}
