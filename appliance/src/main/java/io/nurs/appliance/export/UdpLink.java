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
import io.nurs.appliance.output.ErrorQueue;
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
 * A connected UDP socket. Nobody answers on it, save hosts and routers that say by ICMP that there is no collector: from the
 * first such error until a while after the last one, each datagram has all templates, so that the first one that a collector
 * gets when it is back can be decoded.
 */
final class UdpLink extends ChannelInboundHandlerAdapter implements Link {
    private static final Logger LOG = LoggerFactory.getLogger(UdpLink.class);

    /** So long without an error, and the collector is taken to be there. */
    private static final long OUTAGE_NANOS = Duration.ofSeconds(5).toNanos();

    private final String name;
    private final CollectorDestination destination;
    private final FlowEncoder encoder;
    private final CollectorStats stats;
    private final @Nullable Spool spool;
    private final Channel channel;
    private final RateLimit limit = new RateLimit();
    private boolean down;
    private long lastErrorNanos;
    private long sentBeforeError;

    private UdpLink(
            String name,
            CollectorDestination destination,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats,
            SpoolOpener spools)
            throws StartException, InterruptedException {
        InetSocketAddress address = SocketOptions.resolve(name, destination);
        this.name = name;
        this.destination = destination;
        this.encoder = encoder;
        this.stats = stats;
        this.spool = spools.open();
        this.channel = connect(loop, transport, address);
    }

    /** Resolves the collector's name, once, and connects. */
    static UdpLink open(
            String name,
            CollectorDestination destination,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats,
            SpoolOpener spools)
            throws StartException, InterruptedException {
        return new UdpLink(name, destination, encoder, loop, transport, stats, spools);
    }

    private Channel connect(EventLoop loop, Transports transport, InetSocketAddress address)
            throws StartException, InterruptedException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.datagramChannel())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (spool != null) {
                            // It has to see errors first, of which this is the end.
                            channel.pipeline().addLast(spool);
                        }
                        channel.pipeline().addLast(UdpLink.this, encoder);
                    }
                });
        SocketOptions.askForErrors(bootstrap, address);
        ChannelFuture connected =
                SocketOptions.connect(bootstrap, destination, address).await();
        if (!connected.isSuccess()) {
            throw SocketOptions.refused(name, destination, connected.cause());
        }
        return connected.channel();
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isUp() {
        return spool == null ? !down : !spool.isDown();
    }

    @Override
    public boolean isCut() {
        return false;
    }

    @Override
    public boolean isWorthWaitingFor() {
        // A closed channel is never writable, and must not hold up the others.
        return channel.isOpen();
    }

    @Override
    public long lostMessages() {
        return spool == null ? stats.sendErrors : Links.lost(spool);
    }

    /** What was on its way when the collector died was sent, and is lost on the way: how much of it nobody knows. */
    @Override
    public long lostRecords() {
        return spool == null ? 0 : spool.stats().droppedRecords();
    }

    @Override
    public @Nullable SpoolStats spooled() {
        return spool == null ? null : spool.stats();
    }

    @Override
    public void onChange(Runnable action) {
        // Never.
    }

    /** Collectors do not answer; whatever this is, nobody waits for it. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    /** A collector that is down is no reason to stop: count, say so at times, go on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ErrorQueue.clear(ctx.channel());
        stats.sendErrors++;
        stats.lastFailure = String.valueOf(cause.getMessage());
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
                    cause.getMessage(),
                    stats.sendErrors,
                    limit.suppressed());
        }
    }

    private void look(ChannelHandlerContext ctx) {
        long quiet = System.nanoTime() - lastErrorNanos;
        if (quiet < OUTAGE_NANOS) {
            ctx.executor().schedule(() -> look(ctx), OUTAGE_NANOS - quiet, TimeUnit.NANOSECONDS);
        } else if (encoder.stats().datagrams() == sentBeforeError) {
            // Nobody asked the collector anything.
            encoder.announce();
            ctx.executor().schedule(() -> look(ctx), OUTAGE_NANOS, TimeUnit.NANOSECONDS);
        } else {
            down = false;
            encoder.refreshAlways(false);
        }
    }
}
