package io.nurs.netflow9;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.DecoderStats;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the RFC 3954 datagrams of any number of exporters into {@link DecodedMessage}s. Whatever they send, it does not
 * throw, and what it keeps is bounded by {@link DecoderLimits}. Datagrams of other versions pass through, for the next
 * decoder to read.
 */
public final class Netflow9Decoder extends ChannelInboundHandlerAdapter {
    private final DecoderLimits limits;
    private final DecoderStats stats = new DecoderStats();
    private final Map<Exporter.Key, Exporter> exporters;

    public Netflow9Decoder(DecoderLimits limits) {
        this.limits = limits;
        this.exporters = new LeastRecentlyUsed();
    }

    public DecoderStats stats() {
        return stats;
    }

    /** Pairs of sender and source id that are remembered now. */
    public int senders() {
        return exporters.size();
    }

    /** Templates that are remembered now, of all senders. */
    public int templates() {
        return exporters.values().stream().mapToInt(Exporter::templates).sum();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof DatagramPacket packet) || !isNetflow9(packet.content())) {
            ctx.fireChannelRead(message);
            return;
        }
        DecodedMessage decoded;
        try {
            decoded = decode(packet.sender(), packet.content());
        } finally {
            packet.release();
        }
        if (decoded != null) {
            ctx.fireChannelRead(decoded);
        }
    }

    /** Decodes one datagram, whose indices stay as they are; null if it has not even a version 9 header. */
    public @Nullable DecodedMessage decode(InetSocketAddress sender, ByteBuf datagram) {
        if (!isNetflow9(datagram) || datagram.readableBytes() < Netflow9.HEADER_LENGTH) {
            stats.countUndecodable();
            return null;
        }
        ByteBuf in = datagram.slice();
        long sourceId = in.getUnsignedInt(Netflow9.SOURCE_ID_OFFSET);
        Exporter exporter = exporters.computeIfAbsent(
                new Exporter.Key(sender, sourceId), key -> new Exporter(limits.maxTemplatesPerSender()));
        DecodedMessage message = new MessageReader(exporter, limits).read(sender, in);
        stats.count(message);
        return message;
    }

    private static boolean isNetflow9(ByteBuf datagram) {
        return datagram.readableBytes() >= Short.BYTES
                && datagram.getUnsignedShort(datagram.readerIndex()) == Netflow9.VERSION;
    }

    private final class LeastRecentlyUsed extends LinkedHashMap<Exporter.Key, Exporter> {
        private static final long serialVersionUID = 1;

        LeastRecentlyUsed() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Exporter.Key, Exporter> eldest) {
            if (size() <= limits.maxSenders()) {
                return false;
            }
            stats.countEvictedSender();
            return true;
        }
    }
}
