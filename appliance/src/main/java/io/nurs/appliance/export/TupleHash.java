package io.nurs.appliance.export;

import io.nurs.netlink.conntrack.TupleView;

/**
 * A number for each conversation: of the original tuple and the zone alone, so that all readers, and a nursd that was started
 * anew, find the same. It has no secret: who chooses addresses and ports can choose it.
 */
final class TupleHash {
    // Odd constants of no meaning (digits of the golden ratio and of the square root of 2).
    static final long WHITEN = 0x9e3779b97f4a7c15L;
    static final long FOLD = 0x6a09e667f3bcc909L;

    private TupleHash() {}

    /** @param zone of both directions, CTA_ZONE; one of the original direction alone is the tuple's */
    static long of(TupleView original, int zone) {
        long mixed = mix(((long) zone << 32) | (original.zone() << 8) | original.protocol(), WHITEN);
        mixed = mix(mixed ^ original.protocolKey(), FOLD);
        mixed = mix(mixed ^ original.sourceLow(), WHITEN);
        mixed = mix(mixed ^ original.destinationLow(), FOLD);
        if (original.isIpv6()) {
            mixed = mix(mixed ^ original.sourceHigh(), WHITEN);
            mixed = mix(mixed ^ original.destinationHigh(), FOLD);
        }
        return mixed;
    }

    /** The same in all records of a conversation, and in no other's: {@code id} alone is 32 bits that others may share. */
    static long flowId(TupleView original, int zone, int id) {
        return of(original, zone) << Integer.SIZE | Integer.toUnsignedLong(id);
    }

    /** Multiplies to 128 bits and folds them: each bit of the input moves about half of the result's. */
    static long mix(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
    }
}
