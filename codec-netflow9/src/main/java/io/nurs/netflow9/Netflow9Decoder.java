package io.nurs.netflow9;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.Exporter;
import io.nurs.flow.FlowDecoder;
import java.net.InetSocketAddress;

/** Reads RFC 3954 datagrams. */
public final class Netflow9Decoder extends FlowDecoder {
    public Netflow9Decoder(DecoderLimits limits) {
        super(limits, Netflow9.VERSION, Netflow9.HEADER_LENGTH, Netflow9.SOURCE_ID_OFFSET);
    }

    @Override
    protected DecodedMessage read(Exporter exporter, InetSocketAddress sender, ByteBuf message, boolean isDatagram) {
        return new MessageReader(exporter, limits()).read(sender, message);
    }
}
