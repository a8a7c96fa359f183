package io.nurs.flow;

/** When templates and option records are due to be repeated, and which of them a transport needs. */
final class RefreshSchedule {
    /** Option records may be many: before every datagram they would be most of what is sent. */
    private static final long ALWAYS_OPTIONS_MILLIS = 1_000;

    /** The kernel slews its clock by at most 500 ppm, 0.3 s in ten minutes: more is a step. adjtimex(2) */
    private static final long CLOCK_STEP_MILLIS = 1_000;

    private final int packets;
    private final long millis;
    private final boolean stream;
    private final ExportClock clock;

    /** At first too: there are no templates yet, but there may be option records. */
    private boolean requested = true;

    private boolean always;
    private long refreshedSteadyMillis;
    /** Wall clock less steady clock at the last repetition. */
    private long clockOffsetMillis;

    private long optionsSteadyMillis;
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

    /** RFC 3954 §9 wants templates soon after the wall clock has been set, however little. */
    boolean isDueByTime() {
        return clock.steadyMillis() - refreshedSteadyMillis >= millis || isClockSet();
    }

    private boolean isClockSet() {
        return Math.abs(clockOffset() - clockOffsetMillis) >= CLOCK_STEP_MILLIS;
    }

    private long clockOffset() {
        return clock.epochMillis() - clock.steadyMillis();
    }

    /** On a stream the other end has them, unless there is a new other end. RFC 7011 §8.1 */
    boolean repeatsTemplates() {
        return !stream || isWanted();
    }

    /** While everything is repeated always, option records are once a second. */
    boolean repeatsOptions() {
        return requested || !always || clock.steadyMillis() - optionsSteadyMillis >= ALWAYS_OPTIONS_MILLIS;
    }

    /** The datagrams that option records filled do not count for the next repetition. */
    void optionsDone() {
        optionsSteadyMillis = clock.steadyMillis();
        datagrams = 0;
    }

    void done() {
        requested = false;
        refreshedSteadyMillis = clock.steadyMillis();
        clockOffsetMillis = clockOffset();
        datagrams = 0;
    }

    void countDatagram() {
        datagrams++;
    }
}
