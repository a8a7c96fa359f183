package io.nurs.appliance.export;

import io.nurs.appliance.config.NatView;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;

/**
 * One direction of a flow as a record shows it: which of the entry's addresses are the source, the destination, and those
 * behind NAT. Reused for each record.
 *
 * <p>With A:pa talking to R:pr, which NAT turns into S:ps, the answer's record reads
 *
 * <ul>
 *   <li>{@code client}: R:pr to A:pa, post-NAT S:ps to A:pa: the addresses that the client sees, as nurs had it;
 *   <li>{@code wire}: S:ps to A:pa, post-NAT R:pr to A:pa: the packets as they come in and as they go out.
 * </ul>
 *
 * The originator's record is the same in both.
 */
final class Uniflow {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final boolean wire;
    private ConntrackFlow flow;
    private boolean reply;
    /** The tuple whose source and destination, perhaps exchanged, are the record's. */
    private TupleView seen;

    private TupleView behindNat;
    private boolean exchanged;

    Uniflow(NatView view, ConntrackFlow flow) {
        this.wire = view == NatView.WIRE;
        this.flow = flow;
        this.seen = flow.original();
        this.behindNat = flow.reply();
    }

    Uniflow set(ConntrackFlow flow, boolean reply) {
        this.flow = flow;
        this.reply = reply;
        boolean fromReply = reply && wire;
        seen = fromReply ? flow.reply() : flow.original();
        behindNat = fromReply ? flow.original() : flow.reply();
        exchanged = reply && !wire;
        return this;
    }

    boolean isIpv6() {
        return seen.isIpv6();
    }

    boolean hasPorts() {
        return seen.hasPorts();
    }

    boolean isIcmp() {
        return seen.protocol() == (seen.isIpv6() ? IpProtocol.ICMPV6 : IpProtocol.ICMP);
    }

    int protocol() {
        return seen.protocol();
    }

    void copySource(MemorySegment to, long offset) {
        if (exchanged) {
            seen.copyDestination(to, offset);
        } else {
            seen.copySource(to, offset);
        }
    }

    void copyDestination(MemorySegment to, long offset) {
        if (exchanged) {
            seen.copySource(to, offset);
        } else {
            seen.copyDestination(to, offset);
        }
    }

    // The tuple behind NAT is the other direction's: its destination is our source, save where we read ours backwards
    // too.
    void copyPostNatSource(MemorySegment to, long offset) {
        if (exchanged) {
            behindNat.copySource(to, offset);
        } else {
            behindNat.copyDestination(to, offset);
        }
    }

    void copyPostNatDestination(MemorySegment to, long offset) {
        if (exchanged) {
            behindNat.copyDestination(to, offset);
        } else {
            behindNat.copySource(to, offset);
        }
    }

    int sourcePort() {
        return exchanged ? seen.destinationPort() : seen.sourcePort();
    }

    int destinationPort() {
        return exchanged ? seen.sourcePort() : seen.destinationPort();
    }

    int postNaptSourcePort() {
        return exchanged ? behindNat.sourcePort() : behindNat.destinationPort();
    }

    int postNaptDestinationPort() {
        return exchanged ? behindNat.destinationPort() : behindNat.sourcePort();
    }

    int icmpType() {
        return seen.icmpType();
    }

    int icmpCode() {
        return seen.icmpCode();
    }

    /** Type in the upper octet, code in the lower. */
    int icmpTypeCode() {
        return icmpType() << 8 | icmpCode();
    }

    long octets() {
        return reply ? flow.replyBytes() : flow.originalBytes();
    }

    long packets() {
        return reply ? flow.replyPackets() : flow.originalPackets();
    }

    /** Whether this direction is to have a record. */
    boolean isReported() {
        return octets() > 0 || (flow.isReportedEmpty() && !reply);
    }

    int ingressInterface() {
        return reply ? flow.egressInterface() : flow.ingressInterface();
    }

    int egressInterface() {
        return reply ? flow.ingressInterface() : flow.egressInterface();
    }

    int flowDirection() {
        return reply ? 1 - flow.direction() : flow.direction();
    }

    int flowEndReason() {
        return flow.endReason();
    }

    /** {@link ConntrackFlow#endEvidence()} */
    int flowEndEvidence() {
        return flow.endEvidence();
    }

    long startMillis() {
        return flow.startNanos() / NANOS_PER_MILLI;
    }

    long endMillis() {
        return flow.endNanos() / NANOS_PER_MILLI;
    }
}
