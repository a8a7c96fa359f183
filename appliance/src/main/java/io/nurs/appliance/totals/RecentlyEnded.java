package io.nurs.appliance.totals;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.lang.foreign.Arena;
import java.security.SecureRandom;

/**
 * Flows that ended lately: a second DESTROY of one is a duplicate (listeners that ask for reliable delivery cause them), and
 * a dump that lists one is stale (a dump datagram is filled when the one before it is read). A flow is remembered for one to
 * two periods of {@link #rotate}, less if more than {@code maxFlows} end in a period.
 *
 * <p>Kept is a 64-bit fingerprint of CTA_ID, zone, original tuple and start: of a million flows that are remembered, one of
 * 18 trillion others is taken for one of them. Where the kernel gives no start (nf_conntrack_timestamp = 0) the counters stand
 * for it: a tuple that is used again soon often has its CTA_ID again, and would be taken for its predecessor.
 *
 * <p>For one event loop. Allocates nothing an event; doubles when it is half full, and rotating shrinks it.
 */
public final class RecentlyEnded implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final FlowKey key = new FlowKey(arena, new SecureRandom().nextLong());
    private final int maxFlows;
    private FingerprintSet young = new FingerprintSet();
    private FingerprintSet old = new FingerprintSet();
    private long overflows;

    /** @param maxFlows most that are remembered of one period */
    public RecentlyEnded(int maxFlows) {
        if (maxFlows < 1 || maxFlows > FlowTotals.MAX_FLOWS) {
            throw new IllegalArgumentException("maxFlows is " + maxFlows + ", not 1 to " + FlowTotals.MAX_FLOWS);
        }
        this.maxFlows = maxFlows;
    }

    /** Remembers an ended flow; false if it is remembered already. */
    public boolean addIfNew(ConntrackMessage message) {
        long fingerprint = fingerprint(message);
        if (contains(fingerprint)) {
            return false;
        }
        if (young.size() >= maxFlows) {
            overflows++;
            rotate();
        }
        young.add(fingerprint);
        if (!message.hasStart() && !contains(key.fingerprint(0))) {
            young.add(key.fingerprint(0));
        }
        return true;
    }

    /** Remembers a flow that is given up for gone: what is told of it later is told of a flow that is over. */
    public void add(StoredFlow flow) {
        long fingerprint = key.fingerprint(flow.memory(), flow.offset(), flow.isIpv6(), flow.startNanos());
        if (!contains(fingerprint)) {
            young.add(fingerprint);
        }
    }

    /** As {@link #add(StoredFlow)}, for {@link #containsAnyStart} alone: who asks may know another start of it. */
    public void addAnyStart(StoredFlow flow) {
        long fingerprint = key.fingerprint(flow.memory(), flow.offset(), flow.isIpv6(), 0);
        if (!contains(fingerprint)) {
            young.add(fingerprint);
        }
    }

    /** Whether a flow of that tuple and CTA_ID was added without its start. */
    public boolean containsAnyStart(StoredFlow flow) {
        return contains(key.fingerprint(flow.memory(), flow.offset(), flow.isIpv6(), 0));
    }

    /**
     * Whether the flow ended lately. Without a start that goes by the tuple and CTA_ID alone: a successor of both is then met at its
     * end only.
     */
    public boolean contains(ConntrackMessage message) {
        key.read(message);
        return contains(key.fingerprint(message.startNanos()));
    }

    private boolean contains(long fingerprint) {
        return young.contains(fingerprint) || old.contains(fingerprint);
    }

    private long fingerprint(ConntrackMessage message) {
        key.read(message);
        return message.hasStart()
                ? key.fingerprint(message.startNanos())
                : key.fingerprint(Long.rotateLeft(message.originalBytes(), 32) ^ message.replyBytes());
    }

    /** A period is over: what ended before the one before it is forgotten. */
    public void rotate() {
        FingerprintSet oldest = old;
        old = young;
        young = oldest;
        young.clear();
    }

    public long size() {
        return (long) young.size() + old.size();
    }

    public long capacityBytes() {
        return young.capacityBytes() + old.capacityBytes();
    }

    /** How often a period was cut short, because maxFlows had ended in it. */
    public long overflows() {
        return overflows;
    }

    @Override
    public void close() {
        young.close();
        old.close();
        arena.close();
    }
}
