package io.nurs.appliance.export;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.CollectorAddress;
import io.nurs.appliance.config.OutputSocket;
import io.nurs.appliance.config.TlsConfig;
import io.nurs.appliance.output.SocketSink;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How a reader of text is reached. Names are resolved and certificates read at each attempt: both change. */
final class OutputWay implements SocketSink.Way {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private final String exporter;
    private final OutputSocket socket;
    private final CollectorStats stats;

    private OutputWay(String exporter, OutputSocket socket, CollectorStats stats) {
        this.exporter = exporter;
        this.socket = socket;
        this.stats = stats;
    }

    /**
     * @param stats of connections, written where they are made
     * @throws StartException if a file of ours cannot be used
     */
    static OutputWay to(String exporter, OutputSocket socket, CollectorStats stats) throws StartException {
        OutputWay way = new OutputWay(exporter, socket, stats);
        way.tls();
        return way;
    }

    static SocketSink.Framing framing(OutputSocket socket) {
        return switch (socket.kind()) {
            case TCP, UNIX_STREAM -> SocketSink.Framing.STREAM;
            case UDP, UNIX_DATAGRAM -> SocketSink.Framing.LINE;
        };
    }

    private @Nullable SslContext tls() throws StartException {
        return socket.tls() == null ? null : TlsClient.context(exporter, socket.tls());
    }

    @Override
    public Channel connect(EventLoop loop) throws IOException, InterruptedException {
        stats.attempts++;
        try {
            Channel made = make(loop);
            stats.connections++;
            return made;
        } catch (IOException e) {
            stats.lastFailure = String.valueOf(e.getMessage());
            throw e;
        }
    }

    private Channel make(EventLoop loop) throws IOException, InterruptedException {
        SslContext tls;
        try {
            tls = tls();
        } catch (StartException e) {
            throw new IOException(e.advice(), e);
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(handler(tls, channel));
                        }
                        channel.pipeline().addLast(new Deaf());
                    }
                });
        ChannelFuture connected = bootstrap
                .channel(
                        switch (socket.kind()) {
                            case TCP -> EpollSocketChannel.class;
                            case UDP -> EpollDatagramChannel.class;
                            case UNIX_STREAM -> EpollDomainSocketChannel.class;
                            case UNIX_DATAGRAM -> EpollDomainDatagramChannel.class;
                        })
                .connect(address())
                .await();
        if (!connected.isSuccess()) {
            throw new IOException(plain(connected.cause()), connected.cause());
        }
        Channel channel = connected.channel();
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler != null) {
            shake(handler, channel);
        }
        return channel;
    }

    private SocketAddress address() throws IOException {
        if (socket.path() != null) {
            return new DomainSocketAddress(socket.path().toString());
        }
        CollectorAddress address = Objects.requireNonNull(socket.address());
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw new IOException("the name " + address.host() + " does not resolve");
        }
        return resolved;
    }

    private SslHandler handler(SslContext context, Channel channel) {
        CollectorAddress address = Objects.requireNonNull(socket.address());
        TlsConfig tls = socket.tls();
        String serverName = tls == null ? null : tls.serverName();
        return context.newHandler(channel.alloc(), serverName == null ? address.host() : serverName, address.port());
    }

    private void shake(SslHandler handler, Channel channel) throws IOException, InterruptedException {
        if (!handler.handshakeFuture().await(CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
            channel.close();
            throw new IOException("no answer to the TLS handshake");
        }
        if (!handler.handshakeFuture().isSuccess()) {
            Throwable cause = handler.handshakeFuture().cause();
            throw new IOException(TlsClient.explain(cause, socket.tls()), cause);
        }
    }

    /** Without what Netty says of the system call and the address. */
    private static String plain(Throwable cause) {
        if (cause instanceof FileNotFoundException) {
            return "there is no such socket";
        }
        String message = SocketOptions.reason(cause);
        return message.replaceFirst("^.*failed with error\\(-?[0-9]+\\): ", "").replaceFirst(": [^ ]*[/:][^ ]*$", "");
    }

    /** Readers do not answer, and whoever writes hears of failures from what it has written. */
    private static final class Deaf extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
