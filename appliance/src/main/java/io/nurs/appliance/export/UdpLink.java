package io.nurs.appliance.export;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.output.ErrorQueue;
import io.nurs.appliance.output.SocketFailure;
import io.nurs.appliance.output.Spool;
import io.nurs.appliance.output.SpoolStats;
import io.nurs.flow.FlowEncoder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP socket, connected as soon as the collector's name resolves and there is a route. Collectors do not answer; hosts and
 * routers say by ICMP that there is no collector. From the first such error until a while after the last one, each datagram has
 * all templates, so that the first one that a collector gets when it is back can be decoded.
 */
final class UdpLink extends ChannelInboundHandlerAdapter implements Link, UdpConnector.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(UdpLink.class);

    /** So long without an error, and the collector is taken to be there. */
    private static final long OUTAGE_NANOS = Duration.ofSeconds(5).toNanos();

    private static final long WATCH_MILLIS = 1_000;

    private final String name;
    private final CollectorDestination destination;
    private final FlowEncoder encoder;
    private final CollectorStats stats;
    private final @Nullable Spool spool;
    private final LostRecords lost;
    /** Null if bursts leave as they come. */
    private final @Nullable Pacer pacer;

    private final Channel channel;
    private final UdpConnector connector;
    /** Null if the operator chose a number. */
    private final @Nullable PathSize size;

    private final RateLimit sizeLimit = new RateLimit();
    private final RateLimit limit = new RateLimit();
    private final RateLimit connectLimit = new RateLimit();
    /** Whether a failure was logged, and so the next connection is. */
    private boolean saysConnected;

    private boolean down;
    private boolean refused;
    private long lastErrorNanos;
    private long connectedNanos;
    private long sentBeforeError;

    private UdpLink(
            FlowExporterConfig config,
            CollectorDestination destination,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats,
            SpoolOpener spools)
            throws StartException, InterruptedException {
        this.name = config.name();
        this.destination = destination;
        this.encoder = encoder;
        this.stats = stats;
        this.spool = spools.open();
        this.lost = new LostRecords(encoder);
        // A spool has a rate of its own; with a pacer before it OutageTest saw old messages sent again.
        this.pacer = destination.datagramsPerSecond() == 0 || spool != null
                ? null
                : new Pacer(destination.datagramsPerSecond());
        this.channel = register(name, loop, transport);
        this.size = config.isSizedByPath() ? new PathSize(channel) : null;
        this.connector = new UdpConnector(name, destination, channel, this);
    }

    /**
     * Opens a socket and makes the first attempt to connect it. If that fails, the link is down, and goes on trying.
     *
     * @throws StartException if the spool cannot be used, or there is no socket to be had
     */
    static UdpLink open(
            FlowExporterConfig config,
            CollectorDestination destination,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats,
            SpoolOpener spools)
            throws StartException, InterruptedException {
        UdpLink link = new UdpLink(config, destination, encoder, loop, transport, stats, spools);
        link.connector.begin();
        loop.execute(link::watchLater);
        return link;
    }

    private Channel register(String name, EventLoop loop, Transports transport)
            throws StartException, InterruptedException {
        ChannelFuture registered = new Bootstrap()
                .group(loop)
                .channel(transport.datagramChannel())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (pacer != null) {
                            channel.pipeline().addLast(pacer);
                        }
                        // What counts failures has to see them first: the end of the pipeline.
                        channel.pipeline().addLast(spool == null ? lost : spool, UdpLink.this, encoder);
                    }
                })
                .register()
                .await();
        if (!registered.isSuccess()) {
            throw new StartException(
                    "exporter " + name + ": cannot open a socket: " + SocketOptions.reason(registered.cause()),
                    registered.cause());
        }
        return registered.channel();
    }

    @Override
    public void connected(InetSocketAddress to) {
        connectedNanos = System.nanoTime();
        stats.lastFailure = "";
        if (size != null) {
            size.connected(to);
            encoder.sizeDatagrams(size);
        }
        encoder.refresh();
        if (saysConnected) {
            saysConnected = false;
            LOG.info(
                    "exporter {}: sends to {} at {}",
                    name,
                    destination,
                    to.getAddress().getHostAddress());
        }
    }

    @Override
    public void failed(String reason) {
        stats.lastFailure = reason;
        if (connectLimit.permits()) {
            saysConnected = true;
            LOG.warn(
                    "exporter {}: cannot reach collector {}: {}; trying again, at the latest every {} s, records meanwhile {}{}",
                    name,
                    destination,
                    reason,
                    destination.reconnectInterval().toSeconds(),
                    spool == null ? "are counted as not sent" : "wait in the spool",
                    connectLimit.suppressed());
        }
    }

    private void watchLater() {
        channel.eventLoop().schedule(this::watch, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void watch() {
        if (!channel.isOpen()) {
            return;
        }
        if (!isUp()) {
            connector.isDown(spool == null ? refused : spool.isRefused());
        } else if (System.nanoTime() - connectedNanos > OUTAGE_NANOS) {
            connector.works();
        }
        watchLater();
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isUp() {
        return connector.isConnected() && (spool == null ? !down : !spool.isDown());
    }

    @Override
    public boolean isCut() {
        return spool == null && !connector.isConnected();
    }

    @Override
    public boolean isWorthWaitingFor() {
        // A closed channel is never writable, and must not hold up the others.
        return channel.isOpen() && !isCut();
    }

    @Override
    public long lostMessages() {
        return spool == null ? stats.sendErrors : Links.lost(spool);
    }

    /** Those that the socket refused. How many were on their way when the collector died is not known. */
    @Override
    public long lostRecords() {
        return spool == null ? lost.records() : spool.stats().droppedRecords();
    }

    @Override
    public @Nullable SpoolStats spooled() {
        return spool == null ? null : spool.stats();
    }

    @Override
    public void onChange(Runnable action) {
        if (pacer != null) {
            pacer.whenCalm(action);
        }
    }

    @Override
    public boolean isCrowded() {
        return pacer != null && pacer.isCrowded() && channel.isOpen();
    }

    @Override
    public void hurry(Duration left) {
        if (pacer != null) {
            pacer.hurry(left);
        }
    }

    @Override
    public boolean isIdle() {
        return Links.isIdle(channel) && (pacer == null || pacer.isEmpty());
    }

    @Override
    public long queuedBytes() {
        return Links.queuedBytes(channel) + (pacer == null ? 0 : pacer.bytes());
    }

    /** Collectors do not answer; whatever this is, it is thrown away. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    /** A collector that is down is no reason to stop: count, say so at times, go on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ErrorQueue.clear(ctx.channel());
        stats.sendErrors++;
        if (SocketFailure.isOfMessage(cause)) {
            tooLong();
            return;
        }
        stats.lastFailure = SocketFailure.reason(cause);
        refused = SocketFailure.isRefusal(cause);
        lastErrorNanos = System.nanoTime();
        sentBeforeError = encoder.stats().datagrams();
        if (spool == null && !down) {
            down = true;
            encoder.refreshAlways(true);
            ctx.executor().schedule(() -> look(ctx), OUTAGE_NANOS, TimeUnit.NANOSECONDS);
        }
        if (limit.permits()) {
            LOG.warn(
                    "exporter {}: datagrams to {} fail: {}; is a collector listening there? {} counted, going on{}",
                    name,
                    destination,
                    stats.lastFailure,
                    stats.sendErrors,
                    limit.suppressed());
        }
    }

    /** A datagram of ours did not leave, or a router told of a narrower path: there is nothing wrong with the collector. */
    private void tooLong() {
        encoder.resizeDatagrams();
        if (sizeLimit.permits()) {
            LOG.warn(
                    "exporter {}: the path to {} does not take a datagram as long as those so far; {}{}",
                    name,
                    destination,
                    size == null
                            ? "write max-datagram-bytes: auto"
                            : "from now on they have at most " + encoder.datagramBytes() + " bytes",
                    sizeLimit.suppressed());
        }
    }

    private void look(ChannelHandlerContext ctx) {
        long quiet = System.nanoTime() - lastErrorNanos;
        if (quiet < OUTAGE_NANOS) {
            ctx.executor().schedule(() -> look(ctx), OUTAGE_NANOS - quiet, TimeUnit.NANOSECONDS);
        } else if (encoder.stats().datagrams() == sentBeforeError || !connector.isConnected()) {
            // The collector was asked nothing.
            if (connector.isConnected()) {
                encoder.announce();
            }
            ctx.executor().schedule(() -> look(ctx), OUTAGE_NANOS, TimeUnit.NANOSECONDS);
        } else {
            down = false;
            stats.lastFailure = "";
            encoder.refreshAlways(false);
        }
    }
}
