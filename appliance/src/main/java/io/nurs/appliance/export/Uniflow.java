package io.nurs.appliance.export;

import io.nurs.appliance.config.InterfaceNumbers;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a flow as a record shows it: which of the entry's addresses are the source, the destination, and those
 * behind NAT. A record of both directions is the originator's, with the counters of the other. Reused for each record.
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

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int MAX_LABELS_BYTES = 16;

    // firewallEvent(233)
    private static final int FLOW_DELETED = 2;
    private static final int FLOW_UPDATE = 5;

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

    int ipVersion() {
        return seen.isIpv6() ? 6 : 4;
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

    /** The same for both directions: that of the packets before NAT. */
    void writeCommunityId(CommunityId id, MemorySegment to, long offset) {
        id.write(flow.original(), to, offset);
    }

    /** The same for both directions: that of the packets behind NAT. */
    void writePostNatCommunityId(CommunityId id, MemorySegment to, long offset) {
        id.writePostNat(flow.original(), flow.reply(), to, offset);
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

    long reverseOctets() {
        return reply ? flow.originalBytes() : flow.replyBytes();
    }

    long reversePackets() {
        return reply ? flow.originalPackets() : flow.replyPackets();
    }

    /** Whether a record of both directions is to be. */
    boolean isEitherReported() {
        return octets() > 0 || reverseOctets() > 0 || flow.isReportedEmpty();
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

    /** The one that a filter knows, or one of these. */
    int ingressInterface(@Nullable InterfaceNumbers otherwise) {
        if (otherwise == null || hasInterfaces()) {
            return ingressInterface();
        }
        return reply ? otherwise.egress() : otherwise.ingress();
    }

    /** The same. */
    int egressInterface(@Nullable InterfaceNumbers otherwise) {
        if (otherwise == null || hasInterfaces()) {
            return egressInterface();
        }
        return reply ? otherwise.ingress() : otherwise.egress();
    }

    private boolean hasInterfaces() {
        return flow.ingressInterface() != 0 || flow.egressInterface() != 0;
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

    int firewallEvent() {
        return flow.isLast() ? FLOW_DELETED : FLOW_UPDATE;
    }

    int mark() {
        return flow.mark();
    }

    int zone() {
        return TupleView.zone(flow.zone(), flow.original(), flow.reply());
    }

    int status() {
        return flow.status();
    }

    String helper() {
        return flow.helper();
    }

    /** {@value #MAX_LABELS_BYTES} octets, those that the entry lacks zero. */
    void copyLabels(MemorySegment to, long offset) {
        byte[] labels = flow.labels();
        for (int i = 0; i < MAX_LABELS_BYTES; i++) {
            to.set(ValueLayout.JAVA_BYTE, offset + i, i < labels.length ? labels[i] : 0);
        }
    }

    int id() {
        return flow.id();
    }

    /** The same in all records of a conversation, and in no other's: {@link #id()} alone is 32 bits that others may share. */
    long flowId() {
        return TupleHash.flowId(flow.original(), flow.zone(), flow.id());
    }

    long startNanos() {
        return flow.startNanos();
    }

    long endNanos() {
        return flow.endNanos();
    }

    long startSeconds() {
        return flow.startNanos() / NANOS_PER_SECOND;
    }

    long endSeconds() {
        return flow.endNanos() / NANOS_PER_SECOND;
    }

    /** The longest that 32 bits can say is 49.7 days. */
    long durationMillis() {
        return Math.min(endMillis() - startMillis(), 0xffff_ffffL);
    }

    long startMillis() {
        return flow.startNanos() / NANOS_PER_MILLI;
    }

    long endMillis() {
        return flow.endNanos() / NANOS_PER_MILLI;
    }
}
