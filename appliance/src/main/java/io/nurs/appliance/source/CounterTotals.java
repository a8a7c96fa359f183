package io.nurs.appliance.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Conntrack's counters in 64 bits, each CPU's and their sums. The kernel's have 32 and begin again at 0: with more than 2^32 of a kind
 * between two readings some would be missing. On one event loop, but for {@link #sums()}.
 */
final class CounterTotals {
    private static final long U32_MAX = 0xffff_ffffL;

    private final boolean perCpu;
    private final Map<Place, Known> known = new HashMap<>();
    private volatile Map<ConntrackCounter, Long> sums = Map.of();
    private boolean isFirst = true;

    private record Place(ConntrackCounter counter, int cpu) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byCounter = counter.compareTo(other.counter);
            return byCounter != 0 ? byCounter : Integer.compare(cpu, other.cpu);
        }
    }

    private static final class Known {
        private long last;
        private long total;
        private long delta;
    }

    /** @param perCpu whether each CPU's are reported beside the sums */
    CounterTotals(boolean perCpu) {
        this.perCpu = perCpu;
    }

    /** A reading begins: what one that failed has left is part of it. */
    void begin() {
        known.keySet().removeIf(place -> place.counter.isLevel());
    }

    /** @param value as the kernel told it */
    void add(ConntrackCounter counter, int cpu, long value) {
        Place place = new Place(counter, cpu);
        Known before = known.get(place);
        if (before == null) {
            Known first = new Known();
            first.last = value;
            first.total = value;
            // One that comes into being later has counted from 0 on.
            first.delta = isFirst ? 0 : value;
            known.put(place, first);
            return;
        }
        long delta = value - before.last;
        if (delta < 0 && before.last <= U32_MAX) {
            delta &= U32_MAX;
        }
        before.last = value;
        before.total += delta;
        before.delta += delta;
    }

    /** What is to be reported now; nothing at first, when there is no report to have a delta from. */
    List<CounterReport> end(long nowMillis) {
        Map<Place, CounterReport> reports = new TreeMap<>();
        Map<ConntrackCounter, Long> totals = new TreeMap<>();
        known.forEach((place, now) -> {
            ConntrackCounter counter = place.counter;
            totals.merge(counter, now.total, Long::sum);
            if (counter.isLevel()) {
                reports.put(place, new CounterReport(counter, CounterReport.ALL_CPUS, now.last, 0, nowMillis));
                return;
            }
            reports.merge(
                    new Place(counter, CounterReport.ALL_CPUS),
                    new CounterReport(counter, CounterReport.ALL_CPUS, now.total, now.delta, nowMillis),
                    CounterTotals::sum);
            if (perCpu) {
                reports.put(place, new CounterReport(counter, place.cpu, now.total, now.delta, nowMillis));
            }
            now.delta = 0;
        });
        sums = totals;
        boolean first = isFirst;
        isFirst = false;
        return first ? List.of() : new ArrayList<>(reports.values());
    }

    private static CounterReport sum(CounterReport a, CounterReport b) {
        return new CounterReport(a.counter(), a.cpu(), a.value() + b.value(), a.delta() + b.delta(), a.timeMillis());
    }

    /** Of each CPU. */
    int counters() {
        return known.size();
    }

    /** As of the last reading. For any thread. */
    Map<ConntrackCounter, Long> sums() {
        return sums;
    }
}
