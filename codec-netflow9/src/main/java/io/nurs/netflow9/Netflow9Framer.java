package io.nurs.netflow9;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.List;

/**
 * Cuts a TCP or TLS connection, or a file, into packets. A packet of version 9 does not say how long it is, but its sets do,
 * and the ids 2-255 are reserved (§5.2): where a set's id would stand, the word 9 begins the next packet. So a packet
 * is handed on when the next one begins, the last one when the stream ends.
 *
 * <p>What is no packet ends the connection, because where the next one begins is not to be found: it fires
 * {@code exceptionCaught} and closes.
 */
public final class Netflow9Framer extends ByteToMessageDecoder {
    /** No datagram could hold more, and nothing else bounds a packet. */
    static final int MAX_PACKET_LENGTH = 65535;

    private static final int NEXT = -1;
    private static final int MORE = -2;

    /** Octets of the packet that have been looked at; it ends or goes on behind them. */
    private int framed;

    private boolean lost;

    public Netflow9Framer() {}

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (lost) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            if (findEnd(in)) {
                out.add(cut(in));
            }
        } catch (CorruptedFrameException e) {
            lose(ctx, in, e);
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        while (in.isReadable()) {
            int before = out.size();
            decode(ctx, in, out);
            if (out.size() > before) {
                continue;
            }
            if (framed > 0 && framed == in.readableBytes()) {
                out.add(cut(in));
            } else if (in.isReadable()) {
                lose(ctx, in, new CorruptedFrameException("the stream ended within a packet of NetFlow v9"));
            }
        }
    }

    private ByteBuf cut(ByteBuf in) {
        ByteBuf packet = in.readRetainedSlice(framed);
        framed = 0;
        return packet;
    }

    private void lose(ChannelHandlerContext ctx, ByteBuf in, CorruptedFrameException reason) {
        lost = true;
        in.skipBytes(in.readableBytes());
        ctx.fireExceptionCaught(reason);
        ctx.close();
    }

    /** Whether the next packet begins {@link #framed} octets from here; goes on where it stopped for want of octets. */
    private boolean findEnd(ByteBuf in) {
        if (framed == 0 && !takeHeader(in)) {
            return false;
        }
        int step = nextStep(in);
        while (step > 0) {
            framed += step;
            if (framed > MAX_PACKET_LENGTH) {
                throw new CorruptedFrameException(
                        "a packet of NetFlow v9 with more than " + MAX_PACKET_LENGTH + " octets");
            }
            step = nextStep(in);
        }
        return step == NEXT;
    }

    private boolean takeHeader(ByteBuf in) {
        if (in.readableBytes() >= Short.BYTES) {
            int version = in.getUnsignedShort(in.readerIndex());
            if (version != Netflow9.VERSION) {
                throw new CorruptedFrameException("no packet of NetFlow v9 begins with " + version);
            }
        }
        if (in.readableBytes() < Netflow9.HEADER_LENGTH) {
            return false;
        }
        framed = Netflow9.HEADER_LENGTH;
        return true;
    }

    /** Length of the set that begins {@link #framed} octets from here if all of it is there. */
    private int nextStep(ByteBuf in) {
        int at = in.readerIndex() + framed;
        int available = in.readableBytes() - framed;
        if (available < Short.BYTES) {
            return MORE;
        }
        int id = in.getUnsignedShort(at);
        if (id == Netflow9.VERSION) {
            return NEXT;
        }
        if (id > Netflow9.OPTIONS_TEMPLATE_SET && id < Netflow9.MIN_DATA_SET) {
            throw new CorruptedFrameException("neither a set nor a packet of NetFlow v9 begins with " + id);
        }
        if (available < Netflow9.SET_HEADER_LENGTH) {
            return MORE;
        }
        int length = in.getUnsignedShort(at + Short.BYTES);
        if (length < Netflow9.SET_HEADER_LENGTH) {
            throw new CorruptedFrameException("a set of NetFlow v9 with a length of " + length);
        }
        return available < length ? MORE : length;
    }
}
