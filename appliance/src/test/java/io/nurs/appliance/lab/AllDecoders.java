package io.nurs.appliance.lab;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow5.Netflow5Decoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** This project's own decoders for datagrams, chosen by the version in the header. */
final class AllDecoders {
    private static final int NETFLOW5 = 5;
    private static final int NETFLOW9 = 9;

    private final Netflow5Decoder netflow5 = new Netflow5Decoder(DecoderLimits.DEFAULT);
    private final Netflow9Decoder netflow9 = new Netflow9Decoder(DecoderLimits.DEFAULT);
    private final IpfixDecoder ipfix = new IpfixDecoder(DecoderLimits.DEFAULT);

    /** Null if it is none of theirs. */
    @Nullable
    DecodedMessage decode(InetSocketAddress from, ByteBuf datagram) {
        return switch (datagram.getUnsignedShort(datagram.readerIndex())) {
            case NETFLOW5 -> netflow5.decode(from, datagram);
            case NETFLOW9 -> netflow9.decode(from, datagram);
            default -> ipfix.decode(from, datagram);
        };
    }
}
