package io.nurs.appliance.collect;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Consumer;

/** In front of what reads a connection: knows when octets come, and whether its peer is let in. */
final class Connection extends ChannelInboundHandlerAdapter {
    private final String name;
    private final Consumer<String> notes;
    private final Inspector inspector;
    private boolean refused;

    Connection(String name, Consumer<String> notes, Inspector inspector) {
        this.name = name;
        this.notes = notes;
        this.inspector = inspector;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        inspector.arrived(Arrival.now());
        ctx.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            refused = true;
            notes.accept(name + " refused: " + TlsRefusals.reason(handshake.cause()));
            ctx.close();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Of a failed handshake, all has been said.
        if (!refused) {
            ctx.fireExceptionCaught(cause);
        }
    }
}
