package io.nurs.appliance.nat;

import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One entry's tuples as a translator sees them: whether it was translated, and which inside address and port stand behind which
 * outside ones. Points at one entry at a time; borrowed.
 */
final class NatMapping {
    static final int ICMP = 1;
    static final int ICMPV6 = 58;

    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfInt NETWORK_U32 = U32.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ADDRESS = 16;
    private static final int INSIDE = 0;
    private static final int OUTSIDE = ADDRESS;

    // Odd constants of no meaning (digits of the golden ratio and of the square root of 2).
    private static final long WHITEN = 0x9e3779b97f4a7c15L;
    private static final long FOLD = 0x6a09e667f3bcc909L;

    private final MemorySegment scratch = Arena.ofAuto().allocate(2 * ADDRESS, Long.BYTES);
    private final long seed;
    private @Nullable TupleView original;
    private @Nullable TupleView reply;
    private int zone;
    private boolean toInside;

    /** @param seed from a random source, so that nobody who chooses addresses and ports can choose hashes */
    NatMapping(long seed) {
        this.seed = seed;
    }

    /** Points at an entry; false if it was not translated. */
    boolean set(TupleView original, TupleView reply, int zone) {
        this.original = original;
        this.reply = reply;
        this.zone = zone;
        toInside = !isSourceTranslated();
        return !toInside || isDestinationTranslated();
    }

    /** Of the source's translation; 0 if there is none, or it is no IPv4 address. */
    int outsideAddress4() {
        if (toInside || original().isIpv6()) {
            return 0;
        }
        reply().copyDestination(scratch, OUTSIDE);
        return scratch.get(NETWORK_U32, OUTSIDE);
    }

    /** Whether the destination's translation is meant, as through a forwarded port: the source had none. */
    boolean isToInside() {
        return toInside;
    }

    TupleView original() {
        return present(original);
    }

    TupleView reply() {
        return present(reply);
    }

    /** CTA_ZONE, or that of one direction. */
    int zone() {
        return TupleView.zone(zone, original(), reply());
    }

    private static TupleView present(@Nullable TupleView tuple) {
        if (tuple == null) {
            throw new IllegalStateException("points at no entry");
        }
        return tuple;
    }

    /** IPS_SRC_NAT says the same of what rules have translated, but not of entries that a process has made. */
    private boolean isSourceTranslated() {
        original().copySource(scratch, INSIDE);
        reply().copyDestination(scratch, OUTSIDE);
        return differs() || sourcePortDiffers(original(), reply());
    }

    private boolean isDestinationTranslated() {
        original().copyDestination(scratch, INSIDE);
        reply().copySource(scratch, OUTSIDE);
        return differs() || original().destinationPort() != reply().sourcePort();
    }

    private boolean differs() {
        if (original().isIpv6()) {
            return word(INSIDE) != word(OUTSIDE) || word(INSIDE + 8) != word(OUTSIDE + 8);
        }
        return scratch.get(U32, INSIDE) != scratch.get(U32, OUTSIDE);
    }

    private static boolean sourcePortDiffers(TupleView original, TupleView reply) {
        return NatEvent.isIcmp(original)
                ? original.icmpId() != reply.icmpId()
                : original.sourcePort() != reply.destinationPort();
    }

    /** Whether the protocol has ports, or identifiers that are translated as if they were. */
    boolean hasPort() {
        return original().hasPorts() || NatEvent.isIcmp(original());
    }

    /** On the outside address; an ICMP identifier counts as one. */
    int outsidePort() {
        if (NatEvent.isIcmp(original())) {
            return toInside ? original().icmpId() : reply().icmpId();
        }
        return toInside ? original().destinationPort() : reply().destinationPort();
    }

    /**
     * What tells this entry from all others that live, by its CTA_ID, zones, protocol, ports and addresses, as one number: of a million
     * sessions, one of 18 trillion others is taken for one of them. Its start is no part of it, because a NEW event has none.
     */
    long sessionKey(int id) {
        TupleView first = original();
        clear();
        first.copySource(scratch, INSIDE);
        first.copyDestination(scratch, OUTSIDE);
        long mixed = mix(seed ^ ((long) id << 32 | Integer.toUnsignedLong(first.protocolKey())), WHITEN);
        mixed = mix(mixed ^ zones() << 8 ^ first.protocol(), FOLD);
        return addresses(mixed);
    }

    private long zones() {
        return (long) zone << 32 | (long) original().zone() << 16 | reply().zone();
    }

    /** Of the inside address on the outside address. */
    long bindingKey() {
        return pairKey(-1);
    }

    /** Of a block of ports on the outside address that the inside address has. */
    long blockKey(int block) {
        return pairKey(block);
    }

    private long pairKey(int block) {
        clear();
        if (toInside) {
            reply().copySource(scratch, INSIDE);
            original().copyDestination(scratch, OUTSIDE);
        } else {
            original().copySource(scratch, INSIDE);
            reply().copyDestination(scratch, OUTSIDE);
        }
        return addresses(mix(seed ^ (long) zone() << 32 ^ Integer.toUnsignedLong(block), WHITEN));
    }

    /** Four octets of an address leave the other twelve as they are. */
    private void clear() {
        scratch.fill((byte) 0);
    }

    private long addresses(long mixed) {
        long all = mix(mixed ^ word(INSIDE), FOLD);
        all = mix(all ^ word(OUTSIDE), WHITEN);
        if (original().isIpv6()) {
            all = mix(all ^ word(INSIDE + 8), FOLD);
            all = mix(all ^ word(OUTSIDE + 8), WHITEN);
            return mix(all, FOLD);
        }
        return mix(all, WHITEN);
    }

    private long word(long offset) {
        return scratch.get(U64, offset);
    }

    /** Multiplies to 128 bits and folds them: each bit of the input moves about half of the result's. */
    private static long mix(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
