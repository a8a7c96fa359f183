package io.nurs.appliance.collect;

import io.nurs.appliance.RateLimit;
import java.util.Map;

/** Lets each complaint through once a minute, and passes on so many records as are wanted. */
public final class CalmOutput implements Output {
    private static final int MAX_FACTS = 1024;

    private final Output output;
    private final boolean withOptions;
    private final Runnable enough;
    private final Map<Object, RateLimit> limits = new Eldest<>(MAX_FACTS);
    private long left;

    /**
     * Nothing is limited yet.
     *
     * @param withOptions whether option records are passed on
     * @param max records to pass on
     * @param enough runs when they have been
     */
    public CalmOutput(Output output, boolean withOptions, long max, Runnable enough) {
        this.output = output;
        this.withOptions = withOptions;
        this.left = max;
        this.enough = enough;
    }

    @Override
    public void record(ReadRecord record, FlowTimes times) {
        if (left <= 0 || (record.isOptions() && !withOptions)) {
            return;
        }
        output.record(record, times);
        left--;
        if (output.isBroken()) {
            left = 0;
        }
        if (left == 0) {
            enough.run();
        }
    }

    @Override
    public void complaint(Complaint complaint, Arrival arrival) {
        RateLimit limit = limits.computeIfAbsent(complaint.fact(), fact -> new RateLimit());
        if (limit.permits()) {
            output.complaint(complaint.followedBy(limit.suppressed()), arrival);
        }
    }
}
