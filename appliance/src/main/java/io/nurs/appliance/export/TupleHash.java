package io.nurs.appliance.export;

import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A number for each conversation: of the original tuple alone, so that all readers, and a nursd that was started anew, find the
 * same. It has no secret: who chooses addresses and ports can choose it.
 */
final class TupleHash {
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;
    private static final int ADDRESSES_BYTES = 32;

    // Odd constants of no meaning (digits of the golden ratio and of the square root of 2).
    private static final long WHITEN = 0x9e3779b97f4a7c15L;
    private static final long FOLD = 0x6a09e667f3bcc909L;

    private final MemorySegment addresses = Arena.ofAuto().allocate(ADDRESSES_BYTES, Long.BYTES);

    long of(TupleView tuple) {
        tuple.copySource(addresses, 0);
        // IPv4: both in the first word.
        tuple.copyDestination(addresses, tuple.isIpv6() ? 16 : 4);
        long hash = mix(addresses.get(U64, 0) ^ WHITEN, FOLD);
        if (tuple.isIpv6()) {
            hash = mix(hash ^ addresses.get(U64, 8), WHITEN);
            hash = mix(hash ^ addresses.get(U64, 16), FOLD);
            hash = mix(hash ^ addresses.get(U64, 24), WHITEN);
        }
        return mix(
                hash ^ ((long) tuple.protocol() << Integer.SIZE | Integer.toUnsignedLong(tuple.protocolKey())), FOLD);
    }

    /** Multiplies to 128 bits and folds them: each bit of the input moves about half of the result's. */
    private static long mix(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
