package io.nurs.appliance.nat;

import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One event of the translator, named as in natEvent(230). Borrowed, as the entry is that it tells of: a source has one and points
 * it at each event in turn. Which methods have something to say depends on {@link #shape()}.
 */
public final class NatEvent {
    // IANA's values of natEvent(230), RFC 8158.
    public static final int ADDRESSES_EXHAUSTED = 3;
    public static final int SESSION_CREATE = 4;
    public static final int SESSION_DELETE = 5;
    public static final int PORTS_EXHAUSTED = 12;
    public static final int QUOTA_EXCEEDED = 13;
    public static final int ADDRESS_BINDING_CREATE = 14;
    public static final int ADDRESS_BINDING_DELETE = 15;
    public static final int PORT_BLOCK_ALLOCATION = 16;
    public static final int PORT_BLOCK_DEALLOCATION = 17;
    public static final int THRESHOLD_REACHED = 18;

    /** natQuotaExceededEvent(466): maximum session entries. */
    public static final int QUOTA_SESSIONS = 1;
    /** natThresholdEvent(467): global address mapping high threshold. */
    public static final int THRESHOLD_GLOBAL = 5;

    /** natOriginatingAddressRealm(229): the session was begun from inside. */
    public static final int REALM_PRIVATE = 1;
    /** It was begun from outside, as through a forwarded port. */
    public static final int REALM_PUBLIC = 2;

    /** protocolIdentifier(4) where the kernel does not tell: reserved by IANA. */
    private static final int PROTOCOL_UNKNOWN = 255;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Which fields an event has. */
    public enum Shape {
        SESSION,
        ADDRESS_BINDING,
        PORT_BLOCK,
        PORTS_EXHAUSTED,
        QUOTA,
        THRESHOLD
    }

    private Shape shape = Shape.QUOTA;
    private int natEvent;
    private long timeNanos;
    private int zone;
    private @Nullable TupleView original;
    private @Nullable TupleView reply;
    private boolean toInside;
    private int firstPort;
    private int lastPort;
    private int protocol;
    private int limit;
    private int outsideAddress;

    NatEvent session(int natEvent, long timeNanos, NatMapping session) {
        of(Shape.SESSION, natEvent, timeNanos).mapping(session);
        return this;
    }

    /** @param mapping which of the session's translations it is about */
    NatEvent binding(int natEvent, long timeNanos, NatMapping mapping) {
        of(Shape.ADDRESS_BINDING, natEvent, timeNanos).mapping(mapping);
        return this;
    }

    /** @param lastPort the last one that is in the block */
    NatEvent block(int natEvent, long timeNanos, NatMapping mapping, int firstPort, int lastPort) {
        of(Shape.PORT_BLOCK, natEvent, timeNanos).mapping(mapping);
        this.firstPort = firstPort;
        this.lastPort = lastPort;
        return this;
    }

    /**
     * No free port was found.
     *
     * @param outside the outside address, 0 if it is not known
     */
    public NatEvent portsExhausted(long timeNanos, int outside) {
        of(Shape.PORTS_EXHAUSTED, PORTS_EXHAUSTED, timeNanos);
        outsideAddress = outside;
        protocol = PROTOCOL_UNKNOWN;
        return this;
    }

    /** The table is full. */
    public NatEvent sessionQuota(long timeNanos, int maxEntries) {
        of(Shape.QUOTA, QUOTA_EXCEEDED, timeNanos);
        limit = maxEntries;
        return this;
    }

    /** The table has reached so many entries. */
    public NatEvent threshold(long timeNanos, int entries) {
        of(Shape.THRESHOLD, THRESHOLD_REACHED, timeNanos);
        limit = entries;
        return this;
    }

    private NatEvent of(Shape kind, int event, long nanos) {
        shape = kind;
        natEvent = event;
        timeNanos = nanos;
        zone = 0;
        original = null;
        reply = null;
        return this;
    }

    private void mapping(NatMapping mapping) {
        original = mapping.original();
        reply = mapping.reply();
        zone = mapping.zone();
        protocol = mapping.original().protocol();
        toInside = mapping.isToInside();
    }

    public Shape shape() {
        return shape;
    }

    /** natEvent(230) */
    public int natEvent() {
        return natEvent;
    }

    /** Unix time in ns. */
    public long timeNanos() {
        return timeNanos;
    }

    /** observationTimeMilliseconds(323) */
    public long timeMillis() {
        return timeNanos / NANOS_PER_MILLI;
    }

    /** The conntrack zone: who has the same inside addresses twice tells them apart by it. */
    public int zone() {
        return zone;
    }

    /** False where the event is about no entry. */
    public boolean isIpv6() {
        return original != null && original.isIpv6();
    }

    public int protocol() {
        return protocol;
    }

    // A session, as its first packet goes in and comes out.

    public void copySource(MemorySegment to, long offset) {
        original().copySource(to, offset);
    }

    public void copyPostNatSource(MemorySegment to, long offset) {
        reply().copyDestination(to, offset);
    }

    public void copyDestination(MemorySegment to, long offset) {
        original().copyDestination(to, offset);
    }

    public void copyPostNatDestination(MemorySegment to, long offset) {
        reply().copySource(to, offset);
    }

    /** ICMP's identifier, which NAT translates as it does ports. */
    public int sourcePort() {
        return isIcmp(original()) ? original().icmpId() : original().sourcePort();
    }

    public int postNaptSourcePort() {
        return isIcmp(reply()) ? reply().icmpId() : reply().destinationPort();
    }

    public int destinationPort() {
        return original().destinationPort();
    }

    public int postNaptDestinationPort() {
        return reply().sourcePort();
    }

    /** natOriginatingAddressRealm(229) */
    public int originatingRealm() {
        return toInside ? REALM_PUBLIC : REALM_PRIVATE;
    }

    // A binding or a block.

    public void copyInside(MemorySegment to, long offset) {
        if (toInside) {
            reply().copySource(to, offset);
        } else {
            original().copySource(to, offset);
        }
    }

    public void copyOutside(MemorySegment to, long offset) {
        if (toInside) {
            original().copyDestination(to, offset);
        } else {
            reply().copyDestination(to, offset);
        }
    }

    /** portRangeStart(361) */
    public int firstPort() {
        return firstPort;
    }

    /** portRangeEnd(362), the last one in it. */
    public int lastPort() {
        return lastPort;
    }

    /** portRangeNumPorts(364) */
    public int ports() {
        return lastPort - firstPort + 1;
    }

    /** An IPv4 address, for {@link Shape#PORTS_EXHAUSTED}; 0 if it is not known. */
    public int outsideAddress() {
        return outsideAddress;
    }

    /** Entries: maxSessionEntries(471), or globalAddressMappingHighThreshold(481). */
    public int limit() {
        return limit;
    }

    static boolean isIcmp(TupleView tuple) {
        return tuple.protocol() == (tuple.isIpv6() ? NatMapping.ICMPV6 : NatMapping.ICMP);
    }

    private TupleView original() {
        return present(original);
    }

    private TupleView reply() {
        return present(reply);
    }

    private TupleView present(@Nullable TupleView tuple) {
        if (tuple == null) {
            throw new IllegalStateException(shape + " is about no entry");
        }
        return tuple;
    }
}
