package io.nurs.appliance.source;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What objects of the kernel's that count have counted beyond their last report. On one event loop, but for {@link #reported()}.
 *
 * @param <K> what an object is known by
 */
public final class ObjectTotals<K> {
    /** A listing ends early when the object is removed that it had come to: one that is missing need not be gone. */
    private static final int READINGS_MISSED = 3;

    private final boolean zero;
    private final boolean baseline;
    private final PolledStats stats;
    private final Map<K, Known> known = new HashMap<>();
    private final Map<K, Reported> reported = new ConcurrentHashMap<>();
    private long readings;
    private long lastMillis;

    private static final class Known {
        private long packets;
        private long bytes;
        private long millis;
        private long reading;
    }

    /** Since the source started. Written by its event loop alone; other threads may see a value that is a moment old. */
    public static final class Reported {
        private long packets;
        private long octets;

        private Reported() {}

        public long packets() {
            return packets;
        }

        public long octets() {
            return octets;
        }
    }

    /** What is new of an object, since that Unix time. */
    record News(long sinceMillis, long packets, long octets) {}

    /**
     * Of nothing as yet.
     *
     * @param zero whether the objects are set to zero with each reading
     * @param baseline whether what the first reading finds is not reported
     */
    ObjectTotals(boolean zero, boolean baseline, PolledStats stats) {
        this.zero = zero;
        this.baseline = baseline;
        this.stats = stats;
    }

    /** What is to be reported of an object that was read with these counts; null for nothing. */
    @Nullable
    News news(K object, long packets, long octets, long nowMillis) {
        Known before = known.get(object);
        boolean isFirst = before == null;
        Known now = before == null ? new Known() : before;
        long newPackets = packets;
        long newOctets = octets;
        long since = isFirst ? firstSince(nowMillis) : now.millis;
        if (!zero && packets >= now.packets && octets >= now.bytes) {
            newPackets -= now.packets;
            newOctets -= now.bytes;
        } else if (!zero) {
            stats.zeroed++;
        }
        now.packets = packets;
        now.bytes = octets;
        now.millis = nowMillis;
        now.reading = readings;
        known.put(object, now);
        if (readings == 0 && baseline) {
            stats.baseline++;
            return null;
        }
        Reported sum = reported.computeIfAbsent(object, name -> new Reported());
        sum.packets += newPackets;
        sum.octets += newOctets;
        return new News(since, newPackets, newOctets);
    }

    /** One that it has been told of; null if there is none. */
    @Nullable
    K find(Predicate<K> condition) {
        return known.keySet().stream().filter(condition).findFirst().orElse(null);
    }

    /** One that the last reading did not meet is younger than that; how old those of the first are the kernel does not say. */
    private long firstSince(long nowMillis) {
        return readings == 0 ? nowMillis : lastMillis;
    }

    void endReading(long nowMillis) {
        known.entrySet().removeIf(entry -> {
            boolean gone = readings - entry.getValue().reading >= READINGS_MISSED;
            if (gone) {
                reported.remove(entry.getKey());
            }
            return gone;
        });
        readings++;
        lastMillis = nowMillis;
    }

    /** What was reported of each object that there is. For any thread. */
    Map<K, Reported> reported() {
        return Collections.unmodifiableMap(reported);
    }
}
