package io.nurs.appliance.collect;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.ssl.SslContext;
import io.nurs.appliance.StartException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sockets that feed one {@link Inspector}, all on its one event loop. Closing the loop closes them. */
public final class CollectServer {
    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;

    private final EventLoopGroup loop;
    private final Inspector inspector;
    private final Consumer<String> notes;
    private final List<Channel> connections = new ArrayList<>();
    private final int maxConnections;

    /**
     * Nothing is open yet.
     *
     * @param loop of one thread
     * @param maxConnections further ones are closed at once
     * @param notes are told, on the loop, who is refused and why
     */
    public CollectServer(EventLoopGroup loop, Inspector inspector, int maxConnections, Consumer<String> notes) {
        this.loop = loop;
        this.inspector = inspector;
        this.maxConnections = maxConnections;
        this.notes = notes;
    }

    /** Opens a socket and returns where: with the port that the kernel chose, if it was to choose. */
    public Listen.Socket open(Listen.Socket listen, @Nullable TlsFiles tls)
            throws StartException, InterruptedException {
        ChannelFuture bound = (switch (listen.transport()) {
                    case UDP -> datagrams(listen);
                    case TCP -> connections(listen, null);
                    case TLS -> connections(listen, context(listen, tls));
                })
                .await();
        if (!bound.isSuccess()) {
            throw new StartException("cannot listen on " + listen + ": "
                    + bound.cause().getMessage() + "; is another collector there? --listen chooses another place");
        }
        int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        return new Listen.Socket(listen.transport(), listen.host(), port);
    }

    private static SslContext context(Listen listen, @Nullable TlsFiles tls) throws StartException {
        if (tls == null) {
            throw new StartException(listen + " needs --certificate, --key and --trust");
        }
        return tls.serverContext();
    }

    private ChannelFuture datagrams(Listen.Socket listen) {
        Decoders decoders = new Decoders(inspector);
        return new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                // The default of 2048 would cut what an exporter without regard for the MTU sends.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(65_535))
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                        inspector.arrived(Arrival.now());
                        decoders.datagram(packet.sender(), packet.content());
                    }
                })
                .bind(listen.address());
    }

    private ChannelFuture connections(Listen.Socket listen, @Nullable SslContext tls) {
        return new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        accept(listen, connection, tls);
                    }
                })
                .bind(listen.address());
    }

    private void accept(Listen listen, Channel connection, @Nullable SslContext tls) {
        InetSocketAddress peer = (InetSocketAddress) connection.remoteAddress();
        String name = listen + ": " + AddressText.of(peer);
        if (connections.size() >= maxConnections) {
            notes.accept(name + " refused: there are " + maxConnections + " connections; see --max-connections");
            connection.close();
            return;
        }
        connections.add(connection);
        connection.closeFuture().addListener(closed -> connections.remove(connection));
        if (tls != null) {
            connection.pipeline().addLast(tls.newHandler(connection.alloc()));
        }
        connection.pipeline().addLast("connection", new Connection(name, notes, inspector));
        connection.pipeline().addLast(new MessageStream(peer, inspector));
        connection.pipeline().addLast(new ConnectionEnd(name, notes));
    }
}
