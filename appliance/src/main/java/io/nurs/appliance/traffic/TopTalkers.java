package io.nurs.appliance.traffic;

import io.nurs.netlink.conntrack.TupleView;
import java.util.concurrent.ThreadLocalRandom;

/** Looks for the addresses and ports with most octets among all that a source reports, a window of time after another. */
public final class TopTalkers {
    /** ::ffff:0:0/96, RFC 4291 §2.5.5.2 */
    static final long MAPPED = 0xffff_0000_0000L;

    private final int k;
    private final HeavyHitters sources;
    private final HeavyHitters destinations;
    private final HeavyHitters ports;
    private long octets;

    /**
     * For one event loop.
     *
     * @param k how many of each kind are told
     * @param counters of each kind
     */
    public TopTalkers(int k, int counters) {
        this.k = k;
        this.sources = new HeavyHitters(counters, ThreadLocalRandom.current().nextLong());
        this.destinations =
                new HeavyHitters(counters, ThreadLocalRandom.current().nextLong());
        this.ports = new HeavyHitters(counters, ThreadLocalRandom.current().nextLong());
    }

    /** The addresses are those that the originator sees. */
    void count(TupleView original, long originalOctets, long replyOctets) {
        long mapped = original.isIpv6() ? 0 : MAPPED;
        if (originalOctets > 0) {
            sources.add(original.sourceHigh(), original.sourceLow() | mapped, originalOctets);
            destinations.add(original.destinationHigh(), original.destinationLow() | mapped, originalOctets);
        }
        if (replyOctets > 0) {
            sources.add(original.destinationHigh(), original.destinationLow() | mapped, replyOctets);
            destinations.add(original.sourceHigh(), original.sourceLow() | mapped, replyOctets);
        }
        long both = originalOctets + replyOctets;
        octets += both;
        if (both > 0 && original.hasPorts()) {
            ports.add(0, (long) original.protocol() << 16 | original.destinationPort(), both);
        }
    }

    /** What there was since the last such call. */
    TopWindow endWindow() {
        TopWindow window = new TopWindow(sources.top(k), destinations.top(k), ports.top(k), octets);
        sources.clear();
        destinations.clear();
        ports.clear();
        octets = 0;
        return window;
    }
}
