package io.nurs.appliance.export;

import io.nurs.netlink.conntrack.TupleView;

/**
 * Takes one of so many conversations, with all reports of it, by a hash of its original tuple: each reader, each exporter and
 * a nursd that was started anew take the same.
 */
final class FlowSampling {
    /** An exporter has one selector, RFC 7014, or sampler, as NetFlow v9 says. */
    static final int ID = 1;

    private final int interval;
    private long observed;
    private long selected;

    /** @param interval 1 takes all */
    FlowSampling(int interval) {
        this.interval = interval;
    }

    boolean takes(TupleView original, int zone) {
        observed++;
        boolean taken = interval == 1 || Long.remainderUnsigned(TupleHash.of(original, zone), interval) == 0;
        selected += taken ? 1 : 0;
        return taken;
    }

    int interval() {
        return interval;
    }

    /** Reports looked at. */
    long observed() {
        return observed;
    }

    /** Reports taken. */
    long selected() {
        return selected;
    }
}
