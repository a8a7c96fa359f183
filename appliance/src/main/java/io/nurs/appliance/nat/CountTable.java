package io.nurs.appliance.nat;

/**
 * How often each of many u64 is there: evenly spread ones, such as hashes; and when one was removed, at the latest. Open addressing
 * with linear probing, at most half full; removing shifts back what follows, so nothing of it stays. 20 octets a place. Allocates only when it doubles, which takes as long
 * as putting all that is there again.
 */
final class CountTable {
    private static final int MIN_CAPACITY = 1 << 10;

    // A place is free where the count is 0.
    private long[] keys = new long[MIN_CAPACITY];
    private int[] counts = new int[MIN_CAPACITY];
    private long[] times = new long[MIN_CAPACITY];
    private int size;
    private long latest;

    /** How many different keys there are. */
    int size() {
        return size;
    }

    /** 0 if it is not there. */
    int count(long key) {
        return counts[place(key)];
    }

    /** One more; what the count is now. */
    int add(long key) {
        int place = place(key);
        if (counts[place] == 0) {
            if (2 * (size + 1) > keys.length) {
                grow();
                place = place(key);
            }
            size++;
            keys[place] = key;
            times[place] = Long.MIN_VALUE;
        }
        return ++counts[place];
    }

    /** One less; what the count is now, or -1 if it was not there. {@link #latest()} is this key's then. */
    int remove(long key, long time) {
        int place = place(key);
        if (counts[place] == 0) {
            return -1;
        }
        times[place] = Math.max(times[place], time);
        latest = times[place];
        int left = --counts[place];
        if (left == 0) {
            size--;
            close(place);
        }
        return left;
    }

    /** The latest time of all those removed of the key that one was removed of last, since it was there first. */
    long latest() {
        return latest;
    }

    private void close(int freed) {
        int hole = freed;
        for (int at = after(hole); counts[at] != 0; at = after(at)) {
            // What was probed for across the hole moves into it.
            if (distance(home(keys[at]), at) >= distance(hole, at)) {
                keys[hole] = keys[at];
                counts[hole] = counts[at];
                times[hole] = times[at];
                counts[at] = 0;
                hole = at;
            }
        }
    }

    /** Where the key is, or else where it would go. */
    private int place(long key) {
        int at = home(key);
        while (counts[at] != 0 && keys[at] != key) {
            at = after(at);
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldCounts = counts;
        long[] oldTimes = times;
        keys = new long[2 * oldKeys.length];
        counts = new int[2 * oldKeys.length];
        times = new long[2 * oldKeys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldCounts[i] != 0) {
                int place = place(oldKeys[i]);
                keys[place] = oldKeys[i];
                counts[place] = oldCounts[i];
                times[place] = oldTimes[i];
            }
        }
    }

    private int home(long key) {
        return (int) key & keys.length - 1;
    }

    private int after(int at) {
        return at + 1 & keys.length - 1;
    }

    private int distance(int from, int to) {
        return to - from & keys.length - 1;
    }
}
