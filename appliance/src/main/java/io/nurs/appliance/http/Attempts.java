package io.nurs.appliance.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often wrong passwords and tokens came from where: after a few, an address has to wait. On one event loop. */
final class Attempts {
    static final int MAX_FAILURES = 10;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int MAX_ADDRESSES = 1024;
    /** A host of IPv6 has 2^64 addresses: it is known by its network. */
    private static final int PREFIX_BYTES = 8;

    private final Map<Integer, Count> counts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Count> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    private record Count(long sinceNanos, int failures) {}

    /** Whether one more attempt is allowed, which then counts as failed until it is {@link #forgive forgiven}. */
    boolean begin(InetAddress from, long nowNanos) {
        Count count = counts.get(key(from));
        if (count == null || nowNanos - count.sinceNanos > WINDOW.toNanos()) {
            counts.remove(key(from));
            counts.put(key(from), new Count(nowNanos, 1));
            return true;
        }
        if (count.failures >= MAX_FAILURES) {
            return false;
        }
        counts.put(key(from), new Count(count.sinceNanos, count.failures + 1));
        return true;
    }

    void forgive(InetAddress from) {
        counts.remove(key(from));
    }

    /** Two addresses with one key share what they may fail, which harms nobody. */
    private static int key(InetAddress from) {
        byte[] octets = from.getAddress();
        return Arrays.hashCode(octets.length > PREFIX_BYTES ? Arrays.copyOf(octets, PREFIX_BYTES) : octets);
    }
}
