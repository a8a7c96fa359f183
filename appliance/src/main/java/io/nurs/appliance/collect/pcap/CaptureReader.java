package io.nurs.appliance.collect.pcap;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.nurs.appliance.collect.Arrival;
import io.nurs.appliance.collect.Decoders;
import io.nurs.appliance.collect.Eldest;
import io.nurs.appliance.collect.Inspector;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the messages in a capture file and has them inspected; counts what it could not look at. */
public final class CaptureReader {
    private static final int MAX_CONVERSATIONS = 4096;
    private static final int MAX_IGNORED = 1 << 16;
    private static final int MAX_COLLECTORS = 64;
    private static final int MAX_STREAMS = 256;
    private static final int UDP_HEADER = 8;
    private static final int TCP_HEADER = 20;
    private static final int FIN_OR_RST = 0x05;
    private static final int SYN = 0x02;

    private final Inspector inspector;
    private final Set<Integer> ports;
    private final Fragments fragments = new Fragments();
    private final Map<Conversation, Boolean> known = new Eldest<>(MAX_CONVERSATIONS);
    private final Map<InetSocketAddress, Decoders> collectors = new Eldest<>(MAX_COLLECTORS);
    private final Map<Conversation, CapturedStream> streams = new LinkedHashMap<>();
    /** Streams that are not read further, because they are not of flows (false) or there was no room (true). */
    private final Map<Conversation, Boolean> unread = new Eldest<>(MAX_IGNORED);

    private final Undecided undecided = new Undecided();
    private Arrival arrival = Arrival.now();
    private long packets;
    private long cutPackets;
    private long unknownLinks;
    private long incompleteStreams;
    private long refusedStreams;
    private boolean cutShort;

    private record Conversation(InetSocketAddress from, InetSocketAddress to) {}

    /**
     * Nothing is read yet.
     *
     * @param ports of collectors; if empty, whatever looks like NetFlow v5, NetFlow v9 or IPFIX is inspected
     */
    public CaptureReader(Inspector inspector, Set<Integer> ports) {
        this.inspector = inspector;
        this.ports = Set.copyOf(ports);
    }

    /**
     * Reads a whole file.
     *
     * @throws IOException if it is no capture, or damaged
     */
    public void readAll(InputStream in) throws IOException {
        CaptureFile file = CaptureFile.open(in);
        try {
            for (CapturedPacket packet = file.next(); packet != null; packet = file.next()) {
                packets++;
                arrival = new Arrival(packet.number(), packet.time());
                inspector.arrived(arrival);
                read(packet);
            }
            cutShort = file.isCutShort();
        } finally {
            streams.values().forEach(stream -> end(stream, false));
        }
    }

    public long packets() {
        return packets;
    }

    /** TCP streams of flows that were not read, because there were too many at a time. */
    public long refusedStreams() {
        return refusedStreams;
    }

    /** What could not be looked at, a line each. */
    public List<String> skipped() {
        List<String> lines = new ArrayList<>();
        add(lines, unknownLinks, "packets of a link type that is not known here");
        add(lines, cutPackets, "packets that the capture has cut (take all of each: tcpdump -s 0)");
        add(lines, fragments.incomplete(), "fragmented packets of which a part is missing");
        add(lines, incompleteStreams, "TCP streams of which a part is missing");
        add(lines, refusedStreams, "TCP streams of flows, more than " + MAX_STREAMS + " at a time (--port chooses)");
        if (cutShort) {
            lines.add("the file ends within a packet");
        }
        return lines;
    }

    private static void add(List<String> lines, long count, String what) {
        if (count > 0) {
            lines.add("skipped: " + count + " " + what);
        }
    }

    private void read(CapturedPacket packet) {
        if (!LinkLayer.isKnown(packet.linkType())) {
            unknownLinks++;
            return;
        }
        ByteBuffer data = LinkLayer.ip(packet);
        IpPacket ip = data == null ? null : IpPacket.read(data);
        if (ip != null && ip.fragment() != null) {
            ip = fragments.add(ip, ip.fragment());
        }
        if (ip == null) {
            return;
        }
        switch (ip.protocol()) {
            case IpPacket.UDP -> udp(ip);
            case IpPacket.TCP -> tcp(ip);
            default -> {}
        }
    }

    private void udp(IpPacket ip) {
        ByteBuffer in = ip.payload();
        if (in.remaining() < UDP_HEADER) {
            return;
        }
        Conversation conversation = conversation(ip);
        int length = u16(in, 4) - UDP_HEADER;
        if (ip.isCut() || length > in.remaining() - UDP_HEADER) {
            // Whatever its octets are, they are not all there; what is not ours is nobody's loss.
            cutPackets += isOurs(conversation) || known.containsKey(conversation) ? 1 : 0;
            return;
        }
        ByteBuf payload = Unpooled.wrappedBuffer(in.slice(UDP_HEADER, Math.max(0, length)));
        if (isOurs(conversation) || (ports.isEmpty() && isKnown(conversation, payload))) {
            Decoders decoders = collectors.computeIfAbsent(conversation.to, to -> new Decoders(inspector));
            for (Undecided.Datagram earlier : undecided.take(conversation.to)) {
                inspector.arrived(earlier.arrival());
                decoders.datagram(earlier.from(), earlier.payload());
            }
            inspector.arrived(arrival);
            decoders.datagram(conversation.from, payload);
        } else if (ports.isEmpty() && FlowPayload.begins(payload)) {
            undecided.keep(conversation.to, new Undecided.Datagram(conversation.from, payload, arrival));
        }
    }

    private boolean isOurs(Conversation conversation) {
        return ports.contains(conversation.to.getPort());
    }

    private boolean isKnown(Conversation conversation, ByteBuf payload) {
        if (known.get(conversation) == null && isMessage(conversation, payload)) {
            known.put(conversation, true);
        }
        return known.containsKey(conversation);
    }

    /** What comes to a collector, and begins like a message, is one even if it is broken. */
    private boolean isMessage(Conversation conversation, ByteBuf payload) {
        return FlowPayload.isLikely(payload, arrival.time())
                || (collectors.containsKey(conversation.to) && FlowPayload.begins(payload));
    }

    private void tcp(IpPacket ip) {
        ByteBuffer in = ip.payload();
        int header = in.remaining() < TCP_HEADER ? 0 : (in.get(12) >> 4 & 0xf) * 4;
        Conversation conversation = in.remaining() < TCP_HEADER ? null : conversation(ip);
        if (conversation == null || header < TCP_HEADER || header > in.remaining()) {
            return;
        }
        if (!ports.isEmpty() && !isOurs(conversation)) {
            return;
        }
        int flags = in.get(13) & 0xff;
        int sequence = in.getInt(4);
        ByteBuffer payload = in.slice(header, in.remaining() - header);
        CapturedStream stream = streamOf(conversation, flags, sequence, payload);
        if (stream == null) {
            return;
        }
        stream.add(sequence, payload);
        if (stream.isIgnored()) {
            streams.remove(conversation);
            unread.put(conversation, false);
        } else if ((flags & FIN_OR_RST) != 0) {
            streams.remove(conversation);
            end(stream, true);
        }
    }

    private @Nullable CapturedStream streamOf(Conversation conversation, int flags, int sequence, ByteBuffer payload) {
        CapturedStream stream = streams.get(conversation);
        boolean isNew = (flags & SYN) != 0;
        if (stream != null && !isNew) {
            return stream;
        }
        if (stream != null) {
            streams.remove(conversation);
            end(stream, false);
        }
        if (isNew) {
            unread.remove(conversation);
        } else if (!payload.hasRemaining() || unread.get(conversation) != null) {
            return null;
        }
        if (streams.size() >= MAX_STREAMS && !makeWay()) {
            refuse(conversation, payload);
            return null;
        }
        CapturedStream begun =
                new CapturedStream(conversation.from, inspector, isOurs(conversation), isNew ? sequence + 1 : sequence);
        streams.put(conversation, begun);
        return begun;
    }

    /** One that has shown nothing yet is begun anew when it does. */
    private boolean makeWay() {
        Iterator<CapturedStream> all = streams.values().iterator();
        while (all.hasNext()) {
            if (all.next().isUnread()) {
                all.remove();
                return true;
            }
        }
        return false;
    }

    private void refuse(Conversation conversation, ByteBuffer payload) {
        if (payload.remaining() >= 2) {
            boolean isOfFlows = isOurs(conversation) || FlowPayload.begins(Unpooled.wrappedBuffer(payload));
            unread.put(conversation, isOfFlows);
            refusedStreams += isOfFlows ? 1 : 0;
        }
    }

    private void end(CapturedStream stream, boolean wasClosed) {
        incompleteStreams += stream.isIncomplete() ? 1 : 0;
        stream.end(wasClosed);
    }

    private static Conversation conversation(IpPacket ip) {
        return new Conversation(
                new InetSocketAddress(ip.source(), u16(ip.payload(), 0)),
                new InetSocketAddress(ip.destination(), u16(ip.payload(), 2)));
    }

    private static int u16(ByteBuffer in, int offset) {
        return Short.toUnsignedInt(in.getShort(offset));
    }
}
