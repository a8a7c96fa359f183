package io.nurs.appliance.source;

/**
 * What became of every flow of a source: it lives, its last report was handed to all stacks, or it is accounted for otherwise.
 * The figures are counted in different places, so a flow that gets lost on the way shows.
 *
 * @param seen flows met
 * @param live of these, flows in the table of totals
 * @param ended of these, flows whose end is known
 * @param exported ended flows whose last report has gone through all stacks
 * @param empty ended flows with nothing to report
 * @param fromBefore ended flows that counted from before the first start only
 * @param unwatched flows whose end nobody told
 */
public record FlowLedger(long seen, long live, long ended, long exported, long empty, long fromBefore, long unwatched) {
    /** Of a source that has met no flow. */
    static final FlowLedger EMPTY = new FlowLedger(0, 0, 0, 0, 0, 0, 0);

    /** Ended, and for a reason that is counted not exported. */
    public long accounted() {
        return empty + fromBefore + unwatched;
    }

    /** Whether each flow is in one place. */
    public boolean isEven() {
        return ended == exported + accounted() && seen == live + ended;
    }

    /** One line. */
    @Override
    public String toString() {
        return "%d flows seen, %d live, %d ended = %d exported + %d without traffic + %d from before + %d unwatched"
                .formatted(seen, live, ended, exported, empty, fromBefore, unwatched);
    }
}
