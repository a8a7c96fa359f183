package io.nurs.appliance.filter;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Ranges of numbers, sorted, those that touch made one: a look into it takes as many steps as a binary search. */
final class NumberSet {
    private final long[] lows;
    private final long[] highs;

    NumberSet(List<NumberRange> ranges) {
        List<NumberRange> sorted = ranges.stream()
                .sorted(Comparator.comparingLong(NumberRange::low))
                .toList();
        long[] first = new long[sorted.size()];
        long[] last = new long[sorted.size()];
        int count = 0;
        for (NumberRange range : sorted) {
            // No high is the largest long, so that one more does not overflow.
            if (count > 0 && range.low() <= last[count - 1] + 1) {
                last[count - 1] = Math.max(last[count - 1], range.high());
            } else {
                first[count] = range.low();
                last[count++] = range.high();
            }
        }
        this.lows = Arrays.copyOf(first, count);
        this.highs = Arrays.copyOf(last, count);
    }

    boolean contains(long number) {
        int found = Arrays.binarySearch(lows, number);
        int range = found >= 0 ? found : -found - 2;
        return range >= 0 && number <= highs[range];
    }
}
