package io.nurs.appliance.collect;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/** Behind what reads a connection: says why it broke. */
final class ConnectionEnd extends ChannelInboundHandlerAdapter {
    private final String name;
    private final Consumer<String> notes;

    ConnectionEnd(String name, Consumer<String> notes) {
        this.name = name;
        this.notes = notes;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        notes.accept(name + " broke: " + cause.getMessage());
        ctx.close();
    }
}
