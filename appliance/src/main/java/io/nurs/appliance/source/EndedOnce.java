package io.nurs.appliance.source;

import io.nurs.netlink.conntrack.ConntrackMessage;
import java.util.Arrays;

/**
 * Knows the last {@value #GENERATION} DESTROY events at least, so that none counts twice. When a listener that asked for reliable
 * delivery could not be told of an end, the kernel tells all listeners again: conntrackd's trouble would double our counts.
 */
final class EndedOnce {
    private static final int GENERATION = 1 << 16;
    /** Half full at most, which keeps the way to a free place short. 1 MiB each. */
    private static final int PLACES = 2 * GENERATION;

    // Open addressing; 0 is a free place. Events go into the young table; once that has its number the old one is
    // forgotten.
    private long[] young = new long[PLACES];
    private long[] old = new long[PLACES];
    private int youngCount;

    /** True if this very event was here before. Without the kernel's stop time an event cannot be told from another. */
    boolean isRepeated(ConntrackMessage destroyed) {
        if (!destroyed.hasStop()) {
            return false;
        }
        // The kernel takes the stop time once, when the entry dies; the id tells entries that died in the same
        // nanosecond.
        return isRepeated(mix(destroyed.stopNanos() ^ (long) destroyed.id() << 32));
    }

    boolean isRepeated(long key) {
        int place = place(young, key);
        if (young[place] == key || old[place(old, key)] == key) {
            return true;
        }
        young[place] = key;
        if (++youngCount == GENERATION) {
            long[] forgotten = old;
            old = young;
            young = forgotten;
            Arrays.fill(young, 0);
            youngCount = 0;
        }
        return false;
    }

    /** Where the key is, or else where it would go. */
    private static int place(long[] table, long key) {
        int place = (int) key & PLACES - 1;
        while (table[place] != 0 && table[place] != key) {
            place = place + 1 & PLACES - 1;
        }
        return place;
    }

    /** The finalizer of SplitMix64: a bijection that spreads what differs in few bits. */
    private static long mix(long bits) {
        long mixed = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
