package io.nurs.appliance.lab;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.ipfix.IpfixFramer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An IPFIX collector on 127.0.0.1 over TCP, or TLS, that keeps what it decodes. It may stop and come back on its port. */
public final class StreamCollector implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<DecodedMessage> messages = new CopyOnWriteArrayList<>();
    private final List<Channel> connections = new CopyOnWriteArrayList<>();
    private final @Nullable SslContext tls;
    private volatile boolean reads = true;
    private volatile @Nullable Throwable failure;
    private Channel server;
    private final int port;

    private StreamCollector(@Nullable SslContext tls, int port) throws InterruptedException {
        this.tls = tls;
        this.server = listen(port);
        this.port = ((InetSocketAddress) server.localAddress()).getPort();
    }

    public static StreamCollector open() throws InterruptedException {
        return new StreamCollector(null, 0);
    }

    public static StreamCollector open(SslContext tls) throws InterruptedException {
        return new StreamCollector(tls, 0);
    }

    private Channel listen(int on) throws InterruptedException {
        return new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                // So that one that hangs is felt soon.
                .option(ChannelOption.SO_RCVBUF, 16 << 10)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.config().setAutoRead(reads);
                        connections.add(channel);
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline()
                                .addLast(new IpfixFramer(), new IpfixDecoder(DecoderLimits.DEFAULT), new Recorder());
                    }
                })
                .bind("127.0.0.1", on)
                .sync()
                .channel();
    }

    public int port() {
        return port;
    }

    /** In the order they came. */
    public List<DecodedMessage> messages() {
        return messages;
    }

    public List<DataRecord> records() {
        return messages.stream().flatMap(m -> m.records().stream()).toList();
    }

    /** What ended a connection, if something did. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Connections that were accepted so far. */
    public int accepted() {
        return connections.size();
    }

    /** Takes nothing more from connections, which stay. */
    public void hang() {
        reads = false;
        connections.forEach(connection -> connection.config().setAutoRead(false));
    }

    /** Closes the port and all connections. */
    public void stop() throws InterruptedException {
        server.close().sync();
        for (Channel connection : connections) {
            connection.close().sync();
        }
    }

    public void start() throws InterruptedException {
        reads = true;
        server = listen(port);
    }

    @Override
    public void close() {
        Wait.unchecked(() -> {
            stop();
            return loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        });
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof DecodedMessage decoded) {
                messages.add(decoded);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failure = cause;
            ctx.close();
        }
    }
}
