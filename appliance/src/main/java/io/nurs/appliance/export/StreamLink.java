package io.nurs.appliance.export;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.WriteTimeoutException;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.output.RelayChannel;
import io.nurs.appliance.output.Spool;
import io.nurs.appliance.output.SpoolStats;
import io.nurs.flow.FlowEncoder;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP connection to a collector, TLS upon it or not, that is made again when it is lost, at most once in the reconnect
 * interval. Each connection is a session: it begins with all templates, and its sequence begins anew.
 */
final class StreamLink implements Link {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLink.class);
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    /** netinet/tcp.h: a collector that is gone without a word is noticed before a quarter of an hour has passed. */
    private static final ChannelOption<Integer> TCP_USER_TIMEOUT =
            new IntegerUnixChannelOption("TCP_USER_TIMEOUT", 6, 18);

    private static final int UNACKNOWLEDGED_MILLIS = 30_000;
    private static final String TLS_1_3 = "TLSv1.3";
    /** So long a collector has to refuse our certificate after a handshake of TLS 1.3. */
    private static final long VERDICT_MILLIS = 1_000;

    private static final String CLOSED = "the collector closed it";

    private final String name;
    private final CollectorDestination destination;
    private final FlowEncoder encoder;
    private final Transports transport;
    private final CollectorStats stats;
    private final @Nullable Spool spool;
    private final RelayChannel relay;
    private final Patience patience;
    private final LostRecords lost;
    private final RateLimit limit = new RateLimit();
    private final RateLimit endLimit = new RateLimit();
    /** Whether an end was told of, and so the next connection is. */
    private boolean saysConnected = true;

    private Runnable whenChanged = () -> {};
    private @Nullable Channel connection;
    private boolean attempting;
    private boolean closed;
    private long attemptedNanos;

    /** Where to connect to, as known at the time of the attempt: names and certificates change. */
    private record Target(
            List<InetSocketAddress> addresses,
            int turn,
            @Nullable SslContext tls) {
        InetSocketAddress address() {
            return addresses.get(turn);
        }

        /** The next address of the name, or null if all have been tried. */
        @Nullable
        Target next() {
            return turn + 1 < addresses.size() ? new Target(addresses, turn + 1, tls) : null;
        }
    }

    private StreamLink(
            String name,
            CollectorDestination destination,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats,
            @Nullable Spool spool)
            throws InterruptedException {
        this.name = name;
        this.destination = destination;
        this.encoder = encoder;
        this.transport = transport;
        this.stats = stats;
        this.spool = spool;
        this.lost = new LostRecords(encoder);
        this.patience = new Patience(destination.stallTimeout(), this::stalled);
        this.relay = spool == null
                ? RelayChannel.open(loop, patience, lost, new Tail(), encoder)
                : RelayChannel.open(loop, patience, spool, new Tail(), encoder);
    }

    /**
     * Makes the first attempt to connect, and does not wait for it: a collector, its name and a valid certificate may come later.
     *
     * @throws StartException if a file of ours cannot be used
     */
    static StreamLink open(
            String name,
            CollectorDestination destination,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats,
            SpoolOpener spools)
            throws StartException, InterruptedException {
        if (destination.tls() != null) {
            TlsClient.context(name, destination.tls());
        }
        StreamLink link = new StreamLink(name, destination, encoder, loop, transport, stats, spools.open());
        loop.execute(link::begin);
        return link;
    }

    private void begin() {
        attempting = true;
        attempt();
    }

    private Target target() throws StartException, UnknownHostException {
        SslContext tls = destination.tls() == null ? null : TlsClient.valid(name, destination.tls());
        return new Target(Names.resolve(destination.address()), 0, tls);
    }

    @Override
    public Channel channel() {
        return relay;
    }

    @Override
    public boolean isIdle() {
        Channel current = connection;
        return Links.isIdle(relay) && (current == null || Links.isIdle(current));
    }

    @Override
    public long queuedBytes() {
        Channel current = connection;
        return Links.queuedBytes(relay) + (current == null ? 0 : Links.queuedBytes(current));
    }

    @Override
    public boolean isUp() {
        return connection != null;
    }

    @Override
    public boolean isCut() {
        return connection == null && spool == null;
    }

    @Override
    public boolean isWorthWaitingFor() {
        return !isCut() && !patience.isExhausted();
    }

    @Override
    public long lostMessages() {
        return spool == null ? lost.messages() : Links.lost(spool);
    }

    @Override
    public long lostRecords() {
        return spool == null
                ? lost.records()
                : spool.stats().droppedRecords() + spool.stats().lostInFlightRecords();
    }

    @Override
    public @Nullable SpoolStats spooled() {
        return spool == null ? null : spool.stats();
    }

    @Override
    public void onChange(Runnable action) {
        whenChanged = action;
    }

    /** The pause is counted from attempt to attempt, RFC 7011 §10.4.4, so that a connection that lasted is made again at once. */
    private void attemptLater() {
        if (attempting || closed) {
            return;
        }
        attempting = true;
        long pause = attemptedNanos + destination.reconnectInterval().toNanos() - System.nanoTime();
        relay.eventLoop().schedule(this::attempt, Math.max(0, pause), TimeUnit.NANOSECONDS);
    }

    /** Resolving a name and reading files may take long: not on the event loop. */
    private void attempt() {
        attemptedNanos = System.nanoTime();
        Thread.ofVirtual().name("connect-" + name).start(() -> {
            Runnable next = prepare();
            try {
                relay.eventLoop().execute(next);
            } catch (RejectedExecutionException e) {
                LOG.debug("exporter {}: stopped while connecting", name, e);
            }
        });
    }

    private Runnable prepare() {
        try {
            Target target = target();
            return () -> connect(target);
        } catch (StartException e) {
            return () -> failed(e.advice());
        } catch (UnknownHostException e) {
            return () -> failed(String.valueOf(e.getMessage()));
        }
    }

    private void connect(Target target) {
        if (closed) {
            return;
        }
        attempting = true;
        attemptedNanos = System.nanoTime();
        stats.attempts++;
        Bootstrap bootstrap = new Bootstrap()
                .group(relay.eventLoop())
                .channel(transport.socketChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        long millis = destination.stallTimeout().toMillis();
                        channel.pipeline().addLast(new WriteTimeoutHandler(millis, TimeUnit.MILLISECONDS));
                        if (target.tls != null) {
                            channel.pipeline().addLast(tls(target.tls, channel));
                        }
                        channel.pipeline().addLast(new Connection(target));
                    }
                });
        SocketOptions.connect(bootstrap, destination, target.address()).addListener(connecting -> {
            if (!connecting.isSuccess()) {
                failed(target, SocketOptions.reason(connecting.cause()));
            }
        });
    }

    /** The other addresses of the name are tried at once. */
    private void failed(Target target, String reason) {
        Target next = target.next();
        if (next == null) {
            failed(reason);
        } else {
            connect(next);
        }
    }

    private SslHandler tls(SslContext context, Channel channel) {
        String serverName = destination.tls() == null ? null : destination.tls().serverName();
        return context.newHandler(
                channel.alloc(),
                serverName == null ? destination.address().host() : serverName,
                destination.address().port());
    }

    private void failed(String reason) {
        attempting = false;
        stats.lastFailure = reason;
        if (!closed && limit.permits()) {
            LOG.warn(
                    "exporter {}: no connection to {}: {}; trying again every {} s, records meanwhile {}{}",
                    name,
                    destination,
                    reason,
                    destination.reconnectInterval().toSeconds(),
                    spool == null ? "are counted as not sent" : "wait in the spool",
                    limit.suppressed());
        }
        attemptLater();
    }

    private void established(Channel channel) {
        attempting = false;
        if (closed) {
            channel.close();
            return;
        }
        connection = channel;
        stats.connections++;
        if (spool == null) {
            encoder.newSession();
            relay.connected(channel);
        } else {
            spool.collectorUp(channel);
        }
        if (saysConnected) {
            saysConnected = false;
            LOG.info("exporter {}: connected to {}", name, destination);
        }
        whenChanged.run();
    }

    private void lost(String reason) {
        connection = null;
        stats.lastFailure = reason;
        if (spool == null) {
            relay.disconnected();
            // What is packed belongs to the session that has ended.
            relay.flush();
        } else {
            spool.collectorDown();
        }
        // It is the first to close, and its connections after it.
        if (!relay.isOpen()) {
            return;
        }
        if (endLimit.permits()) {
            saysConnected = true;
            LOG.warn(
                    "exporter {}: the connection to {} ended: {}; trying again{}",
                    name,
                    destination,
                    reason,
                    endLimit.suppressed());
        }
        whenChanged.run();
        attemptLater();
    }

    private void stalled() {
        whenChanged.run();
    }

    /** The end of what the relay tells. */
    private final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Messages that could not be sent, which are counted.
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            closed = true;
            Channel last = connection;
            if (last != null) {
                last.close();
            }
            ctx.fireChannelInactive();
        }
    }

    /** One connection, until it ends. */
    private final class Connection extends ChannelInboundHandlerAdapter {
        private final Target target;
        private String reason = CLOSED;
        private boolean handshaken;

        Connection(Target target) {
            this.target = target;
        }

        private void established(ChannelHandlerContext ctx) {
            if (ctx.channel().isActive()) {
                StreamLink.this.established(ctx.channel());
            }
        }

        /** With TLS 1.3 our handshake is over before the collector has looked at our certificate. RFC 8446 §2 */
        private void shook(ChannelHandlerContext ctx) {
            handshaken = true;
            SslHandler handler = ctx.pipeline().get(SslHandler.class);
            if (handler.engine().getSession().getProtocol().equals(TLS_1_3)) {
                ctx.executor().schedule(() -> established(ctx), VERDICT_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                established(ctx);
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (destination.tls() == null) {
                established(ctx);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    shook(ctx);
                } else {
                    reason = TlsClient.explain(handshake.cause(), destination.tls());
                }
            }
        }

        /** Collectors do not answer; whatever this is, nobody waits for it. */
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable() && ctx.channel().equals(connection)) {
                relay.handOver();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reason = cause instanceof WriteTimeoutException
                    ? "it has taken nothing for " + destination.stallTimeout().toSeconds() + " s"
                    : TlsClient.explain(cause, destination.tls());
            ctx.close();
        }

        private String refusal() {
            return reason.equals(CLOSED)
                    ? "the collector ended the connection after the TLS handshake; does it trust our certificate?"
                    : reason;
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (ctx.channel().equals(connection)) {
                lost(reason);
            } else if (handshaken) {
                // The handler closes the channel before it tells of the alert.
                ctx.executor().execute(() -> failed(target, refusal()));
            } else {
                failed(target, reason);
            }
        }
    }
}
