package io.nurs.appliance.traffic;

import java.util.Arrays;

/**
 * Which of very many keys weigh most, in memory of a fixed size: the Space-Saving sketch (Metwally, Agrawal, El Abbadi, 2005) with
 * weights. A key that has no counter takes the smallest one over, with what that had counted as its possible error.
 *
 * <p>With m counters and a weight of N in all, each figure is at most N / m too high and never too low, and every key that weighs
 * more than N / m has a counter. An update costs a look-up and at most log2(m) exchanges, and allocates nothing.
 */
final class HeavyHitters {
    private static final int EMPTY = -1;

    private final long seed;
    private final long[] high;
    private final long[] low;
    private final long[] weights;
    private final long[] errors;
    /** Counters, the smallest first: a binary heap. */
    private final int[] heap;
    /** Where each counter is in it. */
    private final int[] places;
    /** Open addressing, at most half full. */
    private final int[] table;

    private int size;
    private long total;

    /** @param seed of the hash: who chooses keys must not know it */
    HeavyHitters(int counters, long seed) {
        this.seed = seed;
        high = new long[counters];
        low = new long[counters];
        weights = new long[counters];
        errors = new long[counters];
        heap = new int[counters];
        places = new int[counters];
        table = new int[Integer.highestOneBit(counters) * 4];
        Arrays.fill(table, EMPTY);
    }

    /** A key of 128 bits. */
    void add(long keyHigh, long keyLow, long weight) {
        total += weight;
        int bucket = bucket(keyHigh, keyLow);
        int counter = table[bucket];
        if (counter != EMPTY) {
            weights[counter] += weight;
            siftDown(places[counter]);
        } else if (size < heap.length) {
            counter = size++;
            table[bucket] = counter;
            put(counter, keyHigh, keyLow, weight, 0);
            place(counter, counter);
            siftUp(counter);
        } else {
            counter = heap[0];
            forget(counter);
            put(counter, keyHigh, keyLow, weights[counter] + weight, weights[counter]);
            table[bucket(keyHigh, keyLow)] = counter;
            siftDown(0);
        }
    }

    private void put(int counter, long keyHigh, long keyLow, long weight, long error) {
        high[counter] = keyHigh;
        low[counter] = keyLow;
        weights[counter] = weight;
        errors[counter] = error;
    }

    /** Where the key is in the table, or would be. */
    private int bucket(long keyHigh, long keyLow) {
        int bucket = home(keyHigh, keyLow);
        int counter = table[bucket];
        while (counter != EMPTY && (low[counter] != keyLow || high[counter] != keyHigh)) {
            bucket = (bucket + 1) & (table.length - 1);
            counter = table[bucket];
        }
        return bucket;
    }

    private int home(long keyHigh, long keyLow) {
        long mixed = mix(mix(seed ^ keyHigh) ^ keyLow);
        return (int) mixed & (table.length - 1);
    }

    private static long mix(long value) {
        // An odd constant of no meaning: digits of the golden ratio.
        long multiplier = 0x9e3779b97f4a7c15L;
        return (value * multiplier) ^ Math.unsignedMultiplyHigh(value, multiplier);
    }

    /** Takes a counter's key out of the table, and closes the gap: what stands behind it must still be found. */
    private void forget(int counter) {
        int mask = table.length - 1;
        int gap = bucket(high[counter], low[counter]);
        int next = (gap + 1) & mask;
        while (table[next] != EMPTY) {
            int home = home(high[table[next]], low[table[next]]);
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                gap = next;
            }
            next = (next + 1) & mask;
        }
        table[gap] = EMPTY;
    }

    private void siftUp(int from) {
        int counter = heap[from];
        int at = from;
        while (at > 0 && weights[heap[(at - 1) / 2]] > weights[counter]) {
            place(heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        place(counter, at);
    }

    private void siftDown(int from) {
        int counter = heap[from];
        int at = from;
        int child = smallerChild(at);
        while (child < size && weights[heap[child]] < weights[counter]) {
            place(heap[child], at);
            at = child;
            child = smallerChild(at);
        }
        place(counter, at);
    }

    private int smallerChild(int at) {
        int left = 2 * at + 1;
        int right = left + 1;
        return right < size && weights[heap[right]] < weights[heap[left]] ? right : left;
    }

    private void place(int counter, int at) {
        heap[at] = counter;
        places[counter] = at;
    }

    /** Of all that was added. */
    long total() {
        return total;
    }

    /** By so much at most is any figure too high. */
    long error() {
        return size < heap.length ? 0 : weights[heap[0]];
    }

    /** The heaviest, the first one first. */
    TopList top(int k) {
        int[] order = heaviest(Math.min(k, size));
        return new TopList(pick(high, order), pick(low, order), pick(weights, order), pick(errors, order), error());
    }

    /** A heap of n with the lightest on top, which all that are heavier push out. The source's loop waits for it. */
    private int[] heaviest(int n) {
        int[] best = new int[n];
        for (int counter = 0; counter < n; counter++) {
            best[counter] = counter;
        }
        for (int at = n / 2 - 1; at >= 0; at--) {
            sink(best, at, n);
        }
        for (int counter = n; counter < size && n > 0; counter++) {
            if (weights[counter] > weights[best[0]]) {
                best[0] = counter;
                sink(best, 0, n);
            }
        }
        for (int end = n - 1; end > 0; end--) {
            int lightest = best[0];
            best[0] = best[end];
            best[end] = lightest;
            sink(best, 0, end);
        }
        return best;
    }

    private void sink(int[] counters, int from, int end) {
        int counter = counters[from];
        int at = from;
        while (2 * at + 1 < end) {
            int child = 2 * at + 1;
            if (child + 1 < end && weights[counters[child + 1]] < weights[counters[child]]) {
                child++;
            }
            if (weights[counters[child]] >= weights[counter]) {
                break;
            }
            counters[at] = counters[child];
            at = child;
        }
        counters[at] = counter;
    }

    private static long[] pick(long[] from, int[] order) {
        return Arrays.stream(order).mapToLong(counter -> from[counter]).toArray();
    }

    void clear() {
        size = 0;
        total = 0;
        Arrays.fill(table, EMPTY);
    }
}
