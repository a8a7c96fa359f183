package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Stays while connections come and go: hands what is written to the one there is, and fails it while there is none. A message is
 * done when the connection has given it to the kernel; until then it counts for this channel's writability. A {@link Spool} in
 * it takes all of that over.
 */
public final class RelayChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final Queue<ByteBuf> batch = new ArrayDeque<>();
    private @Nullable Channel connection;
    private boolean open = true;
    private int handedOver;

    private RelayChannel() {
        super(null);
    }

    /** Registered, with these handlers. */
    public static RelayChannel open(EventLoop loop, ChannelHandler... handlers) throws InterruptedException {
        RelayChannel channel = new RelayChannel();
        channel.pipeline().addLast(handlers);
        loop.register(channel).sync();
        return channel;
    }

    /** From now on messages go there. */
    public void connected(Channel to) {
        connection = to;
    }

    /** What the connection had not taken has failed, or will. */
    public void disconnected() {
        connection = null;
        handOver();
    }

    /** To be called when the connection takes more. */
    public void handOver() {
        ChannelOutboundBuffer waiting = unsafe().outboundBuffer();
        if (waiting != null) {
            doWrite(waiting);
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer waiting) {
        Channel to = connection;
        if (to == null) {
            // Those that were handed over fail by themselves, and come first.
            boolean more = handedOver == 0;
            while (more) {
                more = waiting.remove(new NotConnected());
            }
            return;
        }
        collect(waiting, to);
        if (batch.isEmpty()) {
            return;
        }
        handedOver += batch.size();
        for (ByteBuf message = batch.poll(); message != null; message = batch.poll()) {
            to.write(message).addListener(this::done);
        }
        to.flush();
    }

    /** The flushed ones that the connection does not have yet, as many as it has room for. */
    private void collect(ChannelOutboundBuffer waiting, Channel to) {
        int[] index = {0};
        long[] room = {to.bytesBeforeUnwritable()};
        try {
            waiting.forEachFlushedMessage(message -> {
                ByteBuf octets = (ByteBuf) message;
                if (index[0]++ < handedOver) {
                    return true;
                }
                if (room[0] <= 0) {
                    return false;
                }
                room[0] -= octets.readableBytes();
                batch.add(octets.retainedDuplicate());
                return true;
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the order of handing over. */
    private void done(Future<? super Void> written) {
        handedOver--;
        ChannelOutboundBuffer waiting = unsafe().outboundBuffer();
        if (waiting == null) {
            return;
        }
        if (written.isSuccess()) {
            waiting.remove();
        } else {
            waiting.remove(written.cause());
        }
        if (handedOver == 0) {
            handOver();
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new IllegalArgumentException("no message: " + message.getClass());
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
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
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected void doClose() {
        open = false;
        Channel last = connection;
        if (last != null) {
            last.close();
        }
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void doBeginRead() {
        // What collectors say is read, and thrown away, by the connection.
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException());
            }
        };
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        Channel current = connection;
        return current == null ? null : current.localAddress();
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        Channel current = connection;
        return current == null ? null : current.remoteAddress();
    }

    /** There is no connection. */
    static final class NotConnected extends IOException {
        private static final long serialVersionUID = 1;

        NotConnected() {
            super("not connected");
        }

        /** Made for each message of an outage: where it comes from is always here. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
