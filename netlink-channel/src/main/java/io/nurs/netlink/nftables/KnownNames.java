package io.nurs.netlink.nftables;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Names that come again and again, made into text once. It knows so many; another in the place of one takes it. */
final class KnownNames {
    /** A power of two. */
    private static final int PLACES = 256;

    private final byte[][] octets = new byte[PLACES][];
    private final String[] texts = new String[PLACES];

    /** Of the empty name alone. */
    KnownNames() {
        Arrays.fill(octets, new byte[0]);
        Arrays.fill(texts, "");
    }

    /** As {@link Octets#of}. Allocates for a name only that it does not know. */
    String of(MemorySegment memory, long offset, int length) {
        int hash = 0;
        int end = 0;
        for (byte octet; end < length && (octet = memory.get(Octets.U8, offset + end)) != 0; end++) {
            hash = 31 * hash + octet;
        }
        int place = (hash ^ hash >>> 8 ^ hash >>> 16) & (PLACES - 1);
        byte[] known = octets[place];
        if (!isEqual(known, memory, offset, end)) {
            octets[place] = Octets.octets(memory, offset, end);
            texts[place] = Octets.of(memory, offset, end);
        }
        return texts[place];
    }

    private static boolean isEqual(byte[] known, MemorySegment memory, long offset, int length) {
        if (known.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (known[i] != memory.get(Octets.U8, offset + i)) {
                return false;
            }
        }
        return true;
    }
}
