package io.nurs.appliance.collect;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.nurs.ipfix.IpfixFramer;
import io.nurs.netflow9.Netflow9Framer;
import java.net.InetSocketAddress;
import java.util.List;

/** Reads one stream of messages, a connection's or a file's, whose first 16 bits tell the version. */
public final class MessageStream extends SimpleChannelInboundHandler<ByteBuf> {
    private final InetSocketAddress peer;
    private final Inspector inspector;
    private final Decoders decoders;
    private int version;
    private boolean interrupted;
    private boolean broken;

    public MessageStream(InetSocketAddress peer, Inspector inspector) {
        this.peer = peer;
        this.inspector = inspector;
        this.decoders = new Decoders(inspector);
    }

    /** From now on, a stream that ends within a message has not been seen to its end, which is nobody's fault. */
    public void interrupt() {
        interrupted = true;
    }

    /** Whether no next message could be found before its end. */
    boolean isBroken() {
        return broken;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addBefore(ctx.name(), "version", new VersionDetector());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
        decoders.streamed(peer, message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof CorruptedFrameException)) {
            ctx.fireExceptionCaught(cause);
        } else if (!interrupted) {
            broken = true;
            inspector.corrupt(peer, version, String.valueOf(cause.getMessage()));
        }
    }

    /** Puts the right framer into its own place. */
    private final class VersionDetector extends ByteToMessageDecoder {
        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            if (in.readableBytes() < Short.BYTES) {
                return;
            }
            version = Decoders.version(in);
            ChannelPipeline pipeline = ctx.pipeline();
            switch (version) {
                case Version.NETFLOW9 -> pipeline.addAfter(ctx.name(), "framer", new Netflow9Framer());
                case Version.IPFIX -> pipeline.addAfter(ctx.name(), "framer", new IpfixFramer());
                default -> {
                    int begin = version;
                    version = 0;
                    in.skipBytes(in.readableBytes());
                    broken = true;
                    inspector.corrupt(
                            peer,
                            0,
                            begin == Version.NETFLOW5
                                    ? "begins as NetFlow v5, which has datagrams only"
                                    : "begins with " + begin + ", which is neither NetFlow v9 (9) nor IPFIX (10)");
                    ctx.close();
                    return;
                }
            }
            pipeline.remove(this);
        }
    }
}
