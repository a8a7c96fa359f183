package io.nurs.appliance.collect.pcap;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One direction of a TCP connection: what was sent, in order and once. RFC 9293 §3.4 */
final class TcpStream {
    private static final int MAX_WAITING_BYTES = 1 << 20;
    private static final int MAX_WAITING_SEGMENTS = 1024;

    /** Segments behind a hole, by their distance from {@link #origin}. */
    private final TreeMap<Long, byte[]> waiting = new TreeMap<>();

    private final int origin;

    /** Octets handed on; the next one's sequence number is {@code origin + position}. */
    private long position;

    private int waitingBytes;
    private boolean lost;

    /** Begins with the octet of that sequence number. */
    TcpStream(int origin) {
        this.origin = origin;
    }

    /** Whether the capture lacks octets, after which nothing more is handed on. */
    boolean isLost() {
        return lost;
    }

    /** Whether octets wait for some that the capture has not shown. */
    boolean hasHole() {
        return !waiting.isEmpty();
    }

    /** Takes a segment, and hands on what is next. */
    void add(int sequence, ByteBuffer payload, Consumer<ByteBuffer> octets) {
        if (lost || !payload.hasRemaining()) {
            return;
        }
        long offset = position + (sequence - (origin + (int) position));
        if (offset > position) {
            await(offset, payload);
            return;
        }
        take(offset, payload, octets);
        while (!waiting.isEmpty() && waiting.firstKey() <= position) {
            Map.Entry<Long, byte[]> next = waiting.pollFirstEntry();
            waitingBytes -= next.getValue().length;
            take(next.getKey(), ByteBuffer.wrap(next.getValue()), octets);
        }
    }

    private void await(long offset, ByteBuffer payload) {
        byte[] copy = new byte[payload.remaining()];
        payload.get(payload.position(), copy);
        byte[] before = waiting.putIfAbsent(offset, copy);
        if (before != null && before.length < copy.length) {
            waiting.put(offset, copy);
            waitingBytes -= before.length;
        }
        if (before == null || before.length < copy.length) {
            waitingBytes += copy.length;
        }
        if (waitingBytes > MAX_WAITING_BYTES || waiting.size() > MAX_WAITING_SEGMENTS) {
            lost = true;
            waiting.clear();
        }
    }

    /** What is new of it. */
    private void take(long offset, ByteBuffer payload, Consumer<ByteBuffer> octets) {
        long known = position - offset;
        if (known < payload.remaining()) {
            int from = payload.position() + (int) known;
            ByteBuffer fresh = payload.slice(from, payload.limit() - from);
            position += fresh.remaining();
            octets.accept(fresh);
        }
    }
}
