package io.nurs.appliance.http;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often wrong passwords and tokens came from where: after a few, an address has to wait. On one event loop. */
final class Attempts {
    static final int MAX_FAILURES = 10;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int MAX_ADDRESSES = 1024;
    /** A host of IPv6 has 2^64 addresses: it is known by its network. */
    private static final int PREFIX_BYTES = 8;
    /** ffff:ffff::/32 is multicast, from which nobody comes: it has room for the addresses of IPv4. */
    private static final long NO_NETWORK = 0xffff_ffffL << 32;

    private final Map<Long, Count> counts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Count> eldest) {
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

    /** Who shares a key shares what may fail: a network of IPv6, and no two addresses of IPv4. */
    private static long key(InetAddress from) {
        ByteBuffer octets = ByteBuffer.wrap(from.getAddress());
        return octets.remaining() >= PREFIX_BYTES
                ? octets.getLong()
                : NO_NETWORK | Integer.toUnsignedLong(octets.getInt());
    }
}
