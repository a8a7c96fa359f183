package io.nurs.ipfix;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a TCP or TLS connection into messages by their length. What is no message ends the connection, because where
 * the next one begins is not to be found: it fires {@code exceptionCaught} and closes.
 */
public final class IpfixFramer extends ByteToMessageDecoder {
    private static final int LENGTH_END = Ipfix.LENGTH_OFFSET + Short.BYTES;

    private boolean lost;

    public IpfixFramer() {}

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (lost || !isMessage(in)) {
            lose(ctx, in, "no IPFIX message begins with these octets");
            return;
        }
        ByteBuf message = cut(in);
        if (message != null) {
            out.add(message.retain());
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        super.decodeLast(ctx, in, out);
        if (out.isEmpty() && in.isReadable()) {
            lose(ctx, in, "the connection ended within a message");
        }
    }

    private void lose(ChannelHandlerContext ctx, ByteBuf in, String reason) {
        in.skipBytes(in.readableBytes());
        if (!lost) {
            lost = true;
            ctx.fireExceptionCaught(new CorruptedFrameException(reason));
            ctx.close();
        }
    }

    /** Whether the octets that are there may be the beginning of a message; none may. */
    static boolean isMessage(ByteBuf in) {
        int at = in.readerIndex();
        return (in.readableBytes() < Short.BYTES || in.getUnsignedShort(at) == Ipfix.VERSION)
                && (in.readableBytes() < LENGTH_END
                        || in.getUnsignedShort(at + Ipfix.LENGTH_OFFSET) >= Ipfix.HEADER_LENGTH);
    }

    /** The next message, with the reference of {@code in}; null if it is not there to its end yet. */
    static @Nullable ByteBuf cut(ByteBuf in) {
        if (in.readableBytes() < LENGTH_END) {
            return null;
        }
        int length = in.getUnsignedShort(in.readerIndex() + Ipfix.LENGTH_OFFSET);
        return in.readableBytes() < length ? null : in.readSlice(length);
    }
}
