package io.nurs.ipfix;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.Exporter;
import io.nurs.flow.FlowDecoder;
import io.nurs.flow.InformationElement;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads RFC 7011 messages: each a datagram, or cut out of a stream by an {@link IpfixFramer} before it. A connection
 * has a decoder of its own, which forgets with it what was announced in it.
 */
public final class IpfixDecoder extends FlowDecoder {
    private static final InetSocketAddress NOBODY = InetSocketAddress.createUnresolved("unknown", 0);

    private final ElementNames names;

    public IpfixDecoder(DecoderLimits limits) {
        this(limits, List.of());
    }

    /** Knows these private elements by name, and IANA's with their reverse ones. */
    public IpfixDecoder(DecoderLimits limits, List<InformationElement> privateElements) {
        super(limits, Ipfix.VERSION, Ipfix.HEADER_LENGTH, Ipfix.DOMAIN_OFFSET);
        this.names = new ElementNames(privateElements);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf octets) || !isOurs(octets)) {
            super.channelRead(ctx, message);
            return;
        }
        InetSocketAddress peer = ctx.channel().remoteAddress() instanceof InetSocketAddress address ? address : NOBODY;
        DecodedMessage decoded;
        try {
            decoded = decodeStream(peer, octets);
        } finally {
            octets.release();
        }
        if (decoded != null) {
            ctx.fireChannelRead(decoded);
        }
    }

    /** Decodes one message of a stream, where templates may be withdrawn; null if it has not even a header. */
    public @Nullable DecodedMessage decodeStream(InetSocketAddress peer, ByteBuf message) {
        return decode(peer, message, false);
    }

    /**
     * Decodes as much of a stream or a file (RFC 5655) as is there in whole messages, and leaves the rest. False if
     * that cannot be the beginning of a message.
     */
    public boolean decodeAll(InetSocketAddress peer, ByteBuf stream, Consumer<DecodedMessage> messages) {
        while (IpfixFramer.isMessage(stream)) {
            ByteBuf message = IpfixFramer.cut(stream);
            if (message == null) {
                return true;
            }
            DecodedMessage decoded = decodeStream(peer, message);
            if (decoded != null) {
                messages.accept(decoded);
            }
        }
        return false;
    }

    @Override
    protected DecodedMessage read(Exporter exporter, InetSocketAddress sender, ByteBuf message, boolean isDatagram) {
        return new MessageReader(exporter, limits(), names, isDatagram).read(sender, message);
    }
}
