package io.nurs.appliance.collect.pcap;

import io.nurs.appliance.collect.Eldest;
import io.nurs.appliance.collect.pcap.IpPacket.Fragment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts fragmented packets together again: so many at a time, the one not heard of for longest makes way. */
final class Fragments {
    private static final int MAX_PACKETS = 64;
    private static final int MAX_LENGTH = 65_535;

    /** Of 8 octets each, a packet could have 8192. */
    private static final int MAX_PARTS = 128;

    private record Key(InetAddress source, InetAddress destination, int protocol, int id) {}

    private static final class Parts {
        final TreeMap<Integer, byte[]> byOffset = new TreeMap<>();
        int length = -1;
    }

    private final Map<Key, Parts> packets = new Eldest<>(MAX_PACKETS);
    private long begun;
    private long completed;

    /** The whole packet, if this is what it lacked. */
    @Nullable
    IpPacket add(IpPacket part, Fragment fragment) {
        Key key = new Key(part.source(), part.destination(), part.protocol(), fragment.id());
        Parts parts = packets.computeIfAbsent(key, absent -> {
            begun++;
            return new Parts();
        });
        byte[] octets = new byte[part.payload().remaining()];
        part.payload().get(0, octets);
        if (part.isCut() || fragment.offset() + octets.length > MAX_LENGTH || parts.byOffset.size() >= MAX_PARTS) {
            packets.remove(key);
            return null;
        }
        parts.byOffset.putIfAbsent(fragment.offset(), octets);
        if (fragment.isLast()) {
            parts.length = fragment.offset() + octets.length;
        }
        ByteBuffer whole = whole(parts);
        if (whole == null) {
            return null;
        }
        packets.remove(key);
        completed++;
        return new IpPacket(part.source(), part.destination(), part.protocol(), whole, false, null);
    }

    private static @Nullable ByteBuffer whole(Parts parts) {
        if (parts.length < 0) {
            return null;
        }
        ByteBuffer whole = ByteBuffer.allocate(parts.length);
        for (Map.Entry<Integer, byte[]> part : parts.byOffset.entrySet()) {
            if (part.getKey() != whole.position() || part.getValue().length > whole.remaining()) {
                return null; // a hole, or one over the other, which no honest sender does
            }
            whole.put(part.getValue());
        }
        return whole.hasRemaining() ? null : whole.flip();
    }

    /** Packets of which some part never came. */
    long incomplete() {
        return begun - completed;
    }
}
