package io.nurs.appliance.lab;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that reads text from a stream socket and keeps it, or does not read at all. */
public final class TextReader implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final List<Channel> connections = new CopyOnWriteArrayList<>();
    private final Channel server;
    private volatile boolean reads = true;

    private TextReader(Class<? extends ServerChannel> type, SocketAddress at, @Nullable SslContext tls)
            throws InterruptedException {
        this.server = new ServerBootstrap()
                .group(loop)
                .channel(type)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.config().setAutoRead(reads);
                        connections.add(channel);
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(new Recorder());
                    }
                })
                .bind(at)
                .sync()
                .channel();
    }

    /** Over TCP on 127.0.0.1. */
    public static TextReader open() throws InterruptedException {
        return new TextReader(
                EpollServerSocketChannel.class, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), null);
    }

    public static TextReader open(SslContext tls) throws InterruptedException {
        return new TextReader(
                EpollServerSocketChannel.class, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), tls);
    }

    public static TextReader open(Path unix) throws InterruptedException {
        return new TextReader(EpollServerDomainSocketChannel.class, new DomainSocketAddress(unix.toString()), null);
    }

    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Of all connections, one behind the other. */
    public String text() {
        synchronized (text) {
            return text.toString(StandardCharsets.UTF_8);
        }
    }

    /** Connections that were accepted so far. */
    public int accepted() {
        return connections.size();
    }

    /** Takes nothing more from connections, which stay, nor from later ones. */
    public void hang() {
        reads = false;
        connections.forEach(connection -> connection.config().setAutoRead(false));
    }

    /** Reads again, on connections that are made from now on; those there are end. */
    public void resume() {
        reads = true;
        connections.forEach(Channel::close);
    }

    private final class Recorder extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf octets) throws IOException {
            synchronized (text) {
                octets.readBytes(text, octets.readableBytes());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
