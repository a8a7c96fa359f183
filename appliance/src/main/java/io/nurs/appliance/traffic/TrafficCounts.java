package io.nurs.appliance.traffic;

import io.nurs.netlink.conntrack.TupleView;
import org.jspecify.annotations.Nullable;

/**
 * What a source's reports have come to, by protocol, IP version and direction, before any filter. Written by one event loop; other
 * threads may see a value that is a moment old.
 */
@SuppressWarnings("EnumOrdinal") // rows of numbers, by class
public final class TrafficCounts {
    private final long[] octets = new long[TrafficClass.COUNT * 4];
    private final long[] packets = new long[TrafficClass.COUNT * 4];
    private final long[] flows = new long[TrafficClass.COUNT * 2];
    private @Nullable TopTalkers top;
    private volatile @Nullable TopWindow window;

    /**
     * Counts one report: what it adds to what was reported of the flow before.
     *
     * @param last whether it is the flow's last
     */
    public void count(
            TupleView original,
            long originalPackets,
            long originalOctets,
            long replyPackets,
            long replyOctets,
            boolean last) {
        int kind = TrafficClass.of(original.protocol()) * 2 + (original.isIpv6() ? 1 : 0);
        packets[kind * 2] += originalPackets;
        packets[kind * 2 + 1] += replyPackets;
        octets[kind * 2] += originalOctets;
        octets[kind * 2 + 1] += replyOctets;
        flows[kind] += last ? 1 : 0;
        TopTalkers talkers = top;
        if (talkers != null) {
            talkers.count(original, originalOctets, replyOctets);
        }
    }

    /** Octets of layer 3. */
    public long octets(TrafficClass protocol, boolean ipv6, boolean reply) {
        return octets[place(protocol, ipv6, reply)];
    }

    public long packets(TrafficClass protocol, boolean ipv6, boolean reply) {
        return packets[place(protocol, ipv6, reply)];
    }

    /** Flows whose last report was made. */
    public long flows(TrafficClass protocol, boolean ipv6) {
        return flows[protocol.ordinal() * 2 + (ipv6 ? 1 : 0)];
    }

    private static int place(TrafficClass protocol, boolean ipv6, boolean reply) {
        return (protocol.ordinal() * 2 + (ipv6 ? 1 : 0)) * 2 + (reply ? 1 : 0);
    }

    /** Begins to look for those with most octets, or with null ends it; on the event loop. */
    public void top(@Nullable TopTalkers talkers) {
        top = talkers;
        window = null;
    }

    /** Publishes what there was since the last such call, and begins anew; on the event loop. */
    public void endWindow() {
        TopTalkers talkers = top;
        if (talkers != null) {
            window = talkers.endWindow();
        }
    }

    /** The last window that is over, for any thread; null if there is none. */
    public @Nullable TopWindow topWindow() {
        return window;
    }
}
