package io.nurs.appliance.collect;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow5.Netflow5Decoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetSocketAddress;

/** Reads messages of each version, told apart by their first 16 bits, for an {@link Inspector}. */
public final class Decoders {
    private final Netflow5Decoder netflow5;
    private final Netflow9Decoder netflow9;
    private final IpfixDecoder ipfix;
    private final Inspector inspector;

    /** Remembers templates apart from all others: a connection has its own. */
    public Decoders(Inspector inspector) {
        DecoderLimits limits = inspector.limits();
        this.netflow5 = new Netflow5Decoder(limits);
        this.netflow9 = new Netflow9Decoder(limits);
        this.ipfix = new IpfixDecoder(limits);
        this.inspector = inspector;
    }

    static int version(ByteBuf octets) {
        return octets.readableBytes() < Short.BYTES ? 0 : octets.getUnsignedShort(octets.readerIndex());
    }

    /** Reads a datagram's payload, whose indices stay as they are. */
    public void datagram(InetSocketAddress sender, ByteBuf payload) {
        read(sender, payload, true);
    }

    void streamed(InetSocketAddress sender, ByteBuf message) {
        read(sender, message, false);
    }

    private void read(InetSocketAddress sender, ByteBuf octets, boolean isDatagram) {
        DecodedMessage message = switch (version(octets)) {
            case Version.NETFLOW5 -> netflow5.decode(sender, octets);
            case Version.NETFLOW9 -> netflow9.decode(sender, octets);
            case Version.IPFIX -> isDatagram ? ipfix.decode(sender, octets) : ipfix.decodeStream(sender, octets);
            default -> null;
        };
        if (message == null) {
            inspector.undecodable(sender, octets);
        } else {
            inspector.octets(sender, octets, isDatagram);
            inspector.message(message, isDatagram);
        }
    }
}
