package io.nurs.flow;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the datagrams of any number of exporters into {@link DecodedMessage}s. Whatever they send, it does not throw,
 * and what it keeps is bounded by {@link DecoderLimits}. Datagrams of other versions pass through, for the next decoder
 * to read.
 */
public abstract class FlowDecoder extends ChannelInboundHandlerAdapter {
    private final DecoderLimits limits;
    private final int version;
    private final int headerLength;
    private final int domainOffset;
    private final DecoderStats stats = new DecoderStats();
    private final Map<Exporter.Key, Exporter> exporters = new LeastRecentlyUsed();

    /**
     * For one version of the protocol.
     *
     * @param domainOffset where the header has the observation domain, 4 octets
     */
    protected FlowDecoder(DecoderLimits limits, int version, int headerLength, int domainOffset) {
        this.limits = limits;
        this.version = version;
        this.headerLength = headerLength;
        this.domainOffset = domainOffset;
    }

    /** Which of the sender's domains a message is of, whose header is known to be there. */
    protected long observationDomain(ByteBuf message) {
        return message.getUnsignedInt(domainOffset);
    }

    /** Reads a message whose header is known to be there. */
    protected abstract DecodedMessage read(
            Exporter exporter, InetSocketAddress sender, ByteBuf message, boolean isDatagram);

    public final DecoderLimits limits() {
        return limits;
    }

    public final DecoderStats stats() {
        return stats;
    }

    /** Pairs of sender and observation domain that are remembered now. */
    public final int senders() {
        return exporters.size();
    }

    /** Templates that are remembered now, of all senders. */
    public final int templates() {
        return exporters.values().stream().mapToInt(Exporter::templates).sum();
    }

    /** Private elements whose names have been learnt, of all senders that are remembered now. */
    public final int learntElements() {
        return exporters.values().stream().mapToInt(Exporter::elements).sum();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof DatagramPacket packet) || !isOurs(packet.content())) {
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

    /** Decodes one datagram, whose indices stay as they are; null if it has not even a header of the version. */
    public final @Nullable DecodedMessage decode(InetSocketAddress sender, ByteBuf datagram) {
        return decode(sender, datagram, true);
    }

    protected final @Nullable DecodedMessage decode(InetSocketAddress sender, ByteBuf in, boolean isDatagram) {
        if (!isOurs(in) || in.readableBytes() < headerLength) {
            stats.countUndecodable();
            return null;
        }
        ByteBuf message = in.slice();
        Exporter exporter = exporters.computeIfAbsent(
                new Exporter.Key(sender, observationDomain(message)), key -> new Exporter(limits));
        DecodedMessage decoded = read(exporter, sender, message, isDatagram);
        stats.count(decoded);
        return decoded;
    }

    protected final boolean isOurs(ByteBuf message) {
        return message.readableBytes() >= Short.BYTES && message.getUnsignedShort(message.readerIndex()) == version;
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
