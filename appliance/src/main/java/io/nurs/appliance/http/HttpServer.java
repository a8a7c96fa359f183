package io.nurs.appliance.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslContext;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.collect.AddressText;
import io.nurs.appliance.config.MetricsConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a {@link Site} where a {@link MetricsConfig} says, on an event loop of its own. */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int COMPRESSED_FROM_BYTES = 1024;
    private static final int WAITING_CONNECTIONS = 64;
    private static final int REBIND_ATTEMPTS = 50;
    private static final long REBIND_PAUSE_MILLIS = 20;

    private final Site site;
    private final HttpLimits limits;
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name("http").daemon().factory(), NioIoHandler.newFactory());
    private final Workers workers = new Workers();
    private final Attempts attempts = new Attempts();
    private final RateLimit refusals = new RateLimit();
    private final RateLimit failures = new RateLimit();
    private @Nullable Listener listener;

    /** One socket, and whoever has come through it. */
    private final class Listener extends ChannelInitializer<Channel> {
        private final MetricsConfig config;
        private final @Nullable SslContext tls;
        private final RequestHandler.Service service;
        private final ChannelGroup connections = new DefaultChannelGroup(loop.next());
        private @Nullable Channel socket;

        Listener(MetricsConfig config) throws StartException {
            this.config = config;
            this.tls = config.tls() == null ? null : Certificate.context(config.tls());
            this.service = new RequestHandler.Service(
                    site, new Door(config), attempts, workers, limits, failures, this::isCrowded);
        }

        /** Of four places three are taken. */
        private boolean isCrowded() {
            return connections.size() * 4L > config.maxConnections() * 3L;
        }

        /** Null if it listens now, or why it does not. */
        @Nullable
        Throwable bind(InetSocketAddress address) throws InterruptedException {
            ChannelFuture bound = new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerSocketChannel.class)
                    .option(ChannelOption.SO_BACKLOG, WAITING_CONNECTIONS)
                    .childHandler(this)
                    .bind(address)
                    .await();
            socket = bound.channel();
            return bound.isSuccess() ? null : bound.cause();
        }

        /** A socket of ours that was closed there is gone when the selector has come round. */
        @Nullable
        Throwable bindPatiently(InetSocketAddress address) throws InterruptedException {
            Throwable refused = bind(address);
            for (int i = 0; refused != null && i < REBIND_ATTEMPTS; i++) {
                Thread.sleep(REBIND_PAUSE_MILLIS);
                refused = bind(address);
            }
            return refused;
        }

        InetSocketAddress address() {
            Channel bound = socket;
            if (bound == null) {
                throw new IllegalStateException("not bound");
            }
            return (InetSocketAddress) bound.localAddress();
        }

        @Override
        protected void initChannel(Channel connection) {
            if (connections.size() >= config.maxConnections()) {
                if (refusals.permits()) {
                    LOG.warn(
                            "a connection to the status page was refused: there are {}; see metrics.max-connections{}",
                            config.maxConnections(),
                            refusals.suppressed());
                }
                connection.close();
                return;
            }
            connections.add(connection);
            if (tls != null) {
                connection.pipeline().addLast(tls.newHandler(connection.alloc()));
            }
            connection
                    .pipeline()
                    .addLast(
                            new HttpServerCodec(new HttpDecoderConfig()
                                    .setMaxInitialLineLength(HttpLimits.MAX_LINE_BYTES)
                                    .setMaxHeaderSize(HttpLimits.MAX_HEADER_BYTES)),
                            new HttpContentCompressor(COMPRESSED_FROM_BYTES, StandardCompressionOptions.gzip()),
                            new FlowControlHandler(),
                            new RequestHandler(service));
        }

        void stopListening() {
            if (socket != null) {
                socket.close().awaitUninterruptibly();
            }
        }

        void close() {
            stopListening();
            connections.close().awaitUninterruptibly();
        }
    }

    HttpServer(Site site, HttpLimits limits) {
        this.site = site;
        this.limits = limits;
    }

    /**
     * Serves, or says that it does not: where nobody wrote an address, there need be none.
     *
     * @throws StartException if it cannot listen where the file says, or use the certificate
     */
    public static HttpServer start(MetricsConfig config, Site site) throws StartException, InterruptedException {
        HttpServer server = new HttpServer(site, HttpLimits.DEFAULTS);
        try {
            server.apply(config);
            return server;
        } catch (StartException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * From here on serves as this says: the new socket first, then the old one's end, and that of the connections that came
     * through it.
     *
     * @throws StartException if that cannot be; then all is as it was, unless its own port is lost to somebody else meanwhile
     */
    public synchronized void apply(MetricsConfig config) throws StartException, InterruptedException {
        Listener old = listener;
        InetSocketAddress wanted = config.listen();
        if (wanted == null) {
            become(null);
            return;
        }
        if (old != null && old.config.equals(config) && config.tls() == null) {
            // Certificates change in their files.
            return;
        }
        Listener next = new Listener(config);
        Throwable refused = next.bind(wanted);
        if (refused != null && old != null && meets(old, wanted)) {
            refused = takePlace(old, next, wanted);
        }
        if (refused == null) {
            become(next);
            return;
        }
        if (!config.isWritten()) {
            // Where it listened before, nobody wants it any more: there anybody may have been let in.
            become(null);
        }
        failed(config, wanted, refused);
    }

    /** Ends the one before, with its connections. */
    private void become(@Nullable Listener next) {
        Listener old = listener;
        listener = next;
        if (old != null) {
            old.close();
        }
    }

    /** Where it is our own socket that is in the way. Null if the next one listens now, or why it does not. */
    private @Nullable Throwable takePlace(Listener old, Listener next, InetSocketAddress wanted)
            throws InterruptedException {
        InetSocketAddress before = old.address();
        old.stopListening();
        Throwable refused = next.bindPatiently(wanted);
        Throwable lost = refused == null ? null : old.bindPatiently(before);
        if (lost != null) {
            become(null);
            LOG.error(
                    "cannot listen on {} again: {}; there is no status page and there are no metrics until the next reload",
                    AddressText.of(before),
                    lost.getMessage());
        }
        return refused;
    }

    private static boolean meets(Listener old, InetSocketAddress wanted) {
        return old.address().getPort() == wanted.getPort();
    }

    private static void failed(MetricsConfig config, InetSocketAddress wanted, Throwable cause) throws StartException {
        String why = "cannot listen on " + AddressText.of(wanted) + " for the status page and metrics: "
                + cause.getMessage();
        if (config.isWritten()) {
            throw new StartException(why + "; write another metrics.listen, or off", cause);
        }
        LOG.warn("{}; going on without them. Write another address as metrics.listen, or off", why);
    }

    /** Where it listens, or null. */
    public synchronized @Nullable InetSocketAddress address() {
        return listener == null ? null : listener.address();
    }

    /** What to write into a browser here, or null if it does not listen. */
    public synchronized @Nullable String url() {
        Listener current = listener;
        if (current == null) {
            return null;
        }
        InetSocketAddress at = current.address();
        // Every address is this host's too.
        InetAddress shown = at.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : at.getAddress();
        return (current.tls == null ? "http://" : "https://") + AddressText.of(shown, at.getPort()) + "/";
    }

    @Override
    public synchronized void close() {
        become(null);
        workers.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
