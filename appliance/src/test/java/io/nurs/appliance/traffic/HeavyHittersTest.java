package io.nurs.appliance.traffic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.AllocatedBytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sketch against an exact count, on a stream in which the n-th key weighs 1/n: 200,000 keys, 1,000 counters. */
class HeavyHittersTest {
    private static final int KEYS = 200_000;
    private static final int UPDATES = 1_000_000;
    private static final int COUNTERS = 1_000;
    private static final int K = 20;
    private static final int MAX_ROUNDS = 50;

    private final Random random = new Random(20_261_126);
    private final double[] cumulated = zipf();
    private final HeavyHitters sketch = new HeavyHitters(COUNTERS, 7);
    private final Map<Long, Long> exact = new HashMap<>();

    private static double[] zipf() {
        double[] cumulated = new double[KEYS];
        double sum = 0;
        for (int key = 0; key < KEYS; key++) {
            sum += 1.0 / (key + 1);
            cumulated[key] = sum;
        }
        return cumulated;
    }

    private long key() {
        int at = Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[KEYS - 1]);
        return at < 0 ? -at - 1 : at;
    }

    /** The high half tells keys apart too. */
    private void add(long key, long weight) {
        sketch.add(key & 3, key >> 2, weight);
        exact.merge(key, weight, Long::sum);
    }

    private static long key(TopList list, int place) {
        return list.low()[place] << 2 | list.high()[place];
    }

    private long stream() {
        long total = 0;
        for (int i = 0; i < UPDATES; i++) {
            long weight = 40L + random.nextInt(1_460);
            add(key(), weight);
            total += weight;
        }
        return total;
    }

    @Test
    void noFigureIsTooLowNorTooHighByMoreThanItsShareOfAll() {
        long total = stream();
        assertEquals(total, sketch.total());
        TopList all = sketch.top(COUNTERS);
        assertEquals(COUNTERS, all.size());
        assertTrue(all.errorOctets() <= total / COUNTERS, all.errorOctets() + " of " + total);
        Set<Long> keys = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            long truth = exact.getOrDefault(key(all, i), 0L);
            assertTrue(keys.add(key(all, i)), "once each");
            assertTrue(all.octets()[i] >= truth, "too low");
            assertTrue(all.octets()[i] - all.errors()[i] <= truth, "too high by more than it says");
            assertTrue(all.errors()[i] <= all.errorOctets());
            assertTrue(i == 0 || all.octets()[i] <= all.octets()[i - 1], "in order");
        }
        exact.forEach((key, weight) ->
                assertTrue(weight <= total / COUNTERS || keys.contains(key), "a heavy one is missing"));
    }

    @Test
    void theHeaviestAreFoundInTheirOrder() {
        stream();
        // Far apart enough for the sketch's error not to exchange two of them.
        long weight = exact.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        for (int i = 0; i < K; i++) {
            add(KEYS + i, weight * (K - i + 1));
        }
        TopList top = sketch.top(K);
        for (int i = 0; i < K; i++) {
            assertEquals(KEYS + i, key(top, i));
        }
    }

    @Test
    void aShortListIsTheBeginningOfALongOne() {
        stream();
        long[] all = sketch.top(COUNTERS).octets();
        for (int k : new int[] {1, 2, 3, K, COUNTERS - 1}) {
            assertArrayEquals(Arrays.copyOf(all, k), sketch.top(k).octets());
        }
    }

    @Test
    void withACounterForEachKeyItIsExact() {
        for (int i = 0; i < 10_000; i++) {
            add(key() % COUNTERS, 1 + i % 7);
        }
        TopList all = sketch.top(COUNTERS);
        assertEquals(exact.size(), all.size());
        assertEquals(0, all.errorOctets());
        for (int i = 0; i < all.size(); i++) {
            assertEquals(exact.get(key(all, i)), all.octets()[i]);
        }
    }

    @Test
    void aClearedOneKnowsNothing() {
        stream();
        sketch.clear();
        assertEquals(0, sketch.total());
        assertEquals(0, sketch.top(K).size());
        sketch.add(1, 2, 3);
        assertEquals(3, sketch.top(K).octets()[0]);
    }

    @Test
    void anUpdateAllocatesNothing() throws ReflectiveOperationException {
        long[] keys = new long[100_000];
        Arrays.setAll(keys, i -> key());
        assertEquals(0, Math.max(0, AllocatedBytes.leastOf(MAX_ROUNDS, () -> {
            for (long key : keys) {
                sketch.add(key & 3, key >> 2, 100);
            }
        })));
    }
}
