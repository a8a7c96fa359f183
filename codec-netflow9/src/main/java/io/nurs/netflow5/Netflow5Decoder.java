package io.nurs.netflow5;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.Exporter;
import io.nurs.flow.FlowDecoder;
import java.net.InetSocketAddress;

/** Reads NetFlow v5 datagrams. Engine type (upper octet) and id are what other versions call the observation domain. */
public final class Netflow5Decoder extends FlowDecoder {
    public Netflow5Decoder(DecoderLimits limits) {
        super(limits, Netflow5.VERSION, Netflow5.HEADER_LENGTH, Netflow5.ENGINE_OFFSET);
    }

    @Override
    protected long observationDomain(ByteBuf message) {
        return message.getUnsignedShort(Netflow5.ENGINE_OFFSET);
    }

    @Override
    protected DecodedMessage read(Exporter exporter, InetSocketAddress sender, ByteBuf message, boolean isDatagram) {
        return new DatagramReader(exporter).read(sender, message);
    }
}
