package io.nurs.appliance.lab;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** This project's own decoders for datagrams, chosen by the version in the header. */
final class BothDecoders {
    private static final int NETFLOW9 = 9;

    private final Netflow9Decoder netflow9 = new Netflow9Decoder(DecoderLimits.DEFAULT);
    private final IpfixDecoder ipfix = new IpfixDecoder(DecoderLimits.DEFAULT);

    /** Null if it is neither. */
    @Nullable
    DecodedMessage decode(InetSocketAddress from, ByteBuf datagram) {
        return datagram.getUnsignedShort(datagram.readerIndex()) == NETFLOW9
                ? netflow9.decode(from, datagram)
                : ipfix.decode(from, datagram);
    }
}
