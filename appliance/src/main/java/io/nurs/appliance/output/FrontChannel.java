package io.nurs.appliance.output;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where an encoder lives whose connections come and go: a channel with no other end. The {@link Spool} in it hands messages to
 * the connection that there is.
 */
public final class FrontChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private volatile boolean open = true;

    private FrontChannel() {
        super(null);
    }

    /** Registered, with these handlers; the spool first. */
    public static FrontChannel open(EventLoop loop, ChannelHandler... handlers) throws InterruptedException {
        FrontChannel channel = new FrontChannel();
        new Bootstrap()
                .group(loop)
                .channelFactory(() -> channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(io.netty.channel.Channel registered) {
                        registered.pipeline().addLast(handlers);
                    }
                })
                .register()
                .sync();
        return channel;
    }

    /** Nothing comes here that a spool has not taken. */
    @Override
    protected void doWrite(ChannelOutboundBuffer outbound) {
        while (outbound.current() instanceof ByteBuf) {
            outbound.remove(new UnsupportedOperationException("no spool is in this channel"));
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("nothing to connect to"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("no address");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected void doBeginRead() {
        // Nothing ever comes back.
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && isRegistered();
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
