package io.nurs.appliance.export;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorAddress;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.config.Netflow9ExporterConfig;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import io.nurs.netflow9.Netflow9Encoder;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One collector as one source sees it: a connected UDP channel on that source's event loop, the encoder in it, and the
 * templates it is sent.
 */
public final class Collector {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(2);

    private final String name;
    private final NatView natView;
    private final FlowEncoder encoder;
    private final ConntrackTemplates templates;
    private final Channel channel;
    private final Future<?> flushTick;
    private final CollectorStats stats;
    private @Nullable Uniflow uniflow;
    private @Nullable FlowRecord<Uniflow> record;
    private final NatTemplates natTemplates = new NatTemplates(NatTemplates.Form.RFC8158);
    private @Nullable FlowRecord<NatEvent> natRecord;

    /** Over a channel whose pipeline holds the encoder. */
    Collector(
            Netflow9ExporterConfig config,
            FlowEncoder encoder,
            SystemUptime uptime,
            Channel channel,
            CollectorStats stats) {
        this.name = config.name();
        this.natView = config.natView();
        this.encoder = encoder;
        this.templates = new ConntrackTemplates(uptime);
        this.channel = channel;
        this.stats = stats;
        long interval = config.flushInterval().toMillis();
        this.flushTick =
                channel.eventLoop().scheduleAtFixedRate(channel::flush, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Resolves the collector's name, once, and connects.
     *
     * @param domain observationDomain(149), in v9 the source id, of this source at this collector
     */
    public static Collector open(
            Netflow9ExporterConfig config,
            long domain,
            EventLoop loop,
            Transports transport,
            ExportClock clock,
            SystemUptime uptime)
            throws StartException, InterruptedException {
        EncoderOptions options = new EncoderOptions(
                domain,
                config.maxDatagramBytes(),
                config.templateRefresh().packets(),
                config.templateRefresh().interval());
        FlowEncoder encoder = new Netflow9Encoder(options, clock, uptime);
        for (Template<Uniflow> template : new ConntrackTemplates(uptime).all()) {
            try {
                encoder.check(template);
            } catch (IllegalArgumentException e) {
                throw new StartException("exporter " + config.name() + ": " + e.getMessage(), e);
            }
        }
        CollectorStats stats = new CollectorStats();
        Channel channel = connect(config, encoder, loop, transport, stats);
        return new Collector(config, encoder, uptime, channel, stats);
    }

    private static Channel connect(
            Netflow9ExporterConfig config,
            FlowEncoder encoder,
            EventLoop loop,
            Transports transport,
            CollectorStats stats)
            throws StartException, InterruptedException {
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(transport.datagramChannel())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SendErrors(config, stats), encoder);
                    }
                })
                .connect(resolve(config))
                .await();
        if (!connected.isSuccess()) {
            Throwable cause = connected.cause();
            // The JDK's exception for ENETUNREACH has no message.
            String reason = cause instanceof NoRouteToHostException ? "network is unreachable" : cause.getMessage();
            throw new StartException(
                    "exporter " + config.name() + ": cannot reach collector " + config.collector() + ": " + reason
                            + "; check the address and the route to it",
                    cause);
        }
        return connected.channel();
    }

    private static InetSocketAddress resolve(Netflow9ExporterConfig config) throws StartException {
        CollectorAddress address = config.collector();
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw new StartException("exporter " + config.name() + ": the name " + address.host()
                    + " does not resolve; write the collector's address, or mend /etc/resolv.conf or /etc/hosts");
        }
        return resolved;
    }

    public String name() {
        return name;
    }

    public EncoderStats encoded() {
        return encoder.stats();
    }

    public CollectorStats stats() {
        return stats;
    }

    /** Sends a record for each direction with traffic, the originator's first. On the event loop. */
    void export(ConntrackFlow flow, boolean interfaces) {
        Uniflow direction = uniflow;
        if (direction == null) {
            direction = uniflow = new Uniflow(natView, flow);
        }
        send(direction.set(flow, false), interfaces);
        send(direction.set(flow, true), interfaces);
    }

    private void send(Uniflow flow, boolean interfaces) {
        if (!flow.isReported()) {
            return;
        }
        Template<Uniflow> template = templates.of(flow, interfaces);
        FlowRecord<Uniflow> borrowed = record;
        if (borrowed == null) {
            borrowed = record = FlowRecord.of(template, flow);
        }
        channel.write(borrowed.set(template, flow), channel.voidPromise());
    }

    /** Sends a record of what the translator logs. On the event loop. */
    void export(NatEvent event) {
        Template<NatEvent> template = natTemplates.of(event);
        FlowRecord<NatEvent> borrowed = natRecord;
        if (borrowed == null) {
            borrowed = natRecord = FlowRecord.of(template, event);
        }
        channel.write(borrowed.set(template, event), channel.voidPromise());
    }

    /** Whether the socket takes what it is given; if not, who reads more from the kernel makes the encoder drop it. */
    boolean isWritable() {
        // A closed channel is never writable, and must not hold up the others.
        return channel.isWritable() || !channel.isOpen();
    }

    /** Sends together with the source's other collectors. */
    void join(SendGroup group) {
        channel.pipeline().addBefore(channel.pipeline().context(encoder).name(), null, group.join(channel));
    }

    /** Has {@code action} run on the event loop whenever {@link #isWritable()} may have changed. */
    void onWritabilityChanged(Runnable action) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                action.run();
            }
        });
    }

    /** Sends what is still being packed, gives the socket time to take it, and closes. */
    public ChannelFuture close() {
        flushTick.cancel(false);
        channel.flush();
        long deadline = System.nanoTime() + SEND_TIMEOUT.toNanos();
        channel.eventLoop().execute(() -> closeWhenSent(deadline));
        return channel.closeFuture();
    }

    /** Closing at once would drop what waits for the socket, and io_uring always has something on its way. */
    private void closeWhenSent(long deadline) {
        boolean sent = channel.bytesBeforeUnwritable() >= channel.config().getWriteBufferHighWaterMark();
        if (sent || System.nanoTime() > deadline) {
            channel.close();
        } else {
            channel.eventLoop().schedule(() -> closeWhenSent(deadline), 1, TimeUnit.MILLISECONDS);
        }
    }

    /** A collector that is down is no reason to stop: count, say so at times, go on. */
    private static final class SendErrors extends ChannelInboundHandlerAdapter {
        private final Netflow9ExporterConfig config;
        private final CollectorStats stats;
        private final RateLimit limit = new RateLimit();

        SendErrors(Netflow9ExporterConfig config, CollectorStats stats) {
            this.config = config;
            this.stats = stats;
        }

        /** Collectors do not answer; whatever this is, nobody waits for it. */
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            stats.sendErrors++;
            if (limit.permits()) {
                LOG.warn(
                        "exporter {}: datagrams to {} fail: {}; is a collector listening there? {} counted, going on{}",
                        config.name(),
                        config.collector(),
                        cause.getMessage(),
                        stats.sendErrors,
                        limit.suppressed());
            }
        }
    }
}
