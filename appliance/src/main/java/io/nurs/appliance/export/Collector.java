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
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.TemplateRefresh;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import io.nurs.ipfix.IpfixEncoder;
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
    private final FlowEncoder encoder;
    private final FlowRecords records;
    private final Channel channel;
    private final Future<?> flushTick;
    private final CollectorStats stats;
    private final NotSent notSent = new NotSent();
    private final @Nullable OptionRecords options;

    /** Over a channel whose pipeline holds the encoder. */
    Collector(
            FlowExporterConfig config,
            FlowEncoder encoder,
            FlowRecords records,
            SystemUptime uptime,
            Channel channel,
            CollectorStats stats) {
        this.name = config.name();
        this.encoder = encoder;
        this.records = records;
        this.options = config.records().options() ? new OptionRecords(config, encoder, records, uptime) : null;
        if (options != null) {
            options.ofExporter(notSent).forEach(encoder::addOptions);
        }
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
     * @param namespace name of the network namespace that the source reads; empty for nursd's own
     */
    public static Collector open(
            FlowExporterConfig config,
            long domain,
            String namespace,
            EventLoop loop,
            Transports transport,
            ExportClock clock,
            SystemUptime uptime)
            throws StartException, InterruptedException {
        FlowEncoder encoder = encoder(config, domain, clock, uptime);
        FlowRecords records = new FlowRecords(config, uptime, namespace);
        for (Template<Uniflow> template : records.templates()) {
            try {
                encoder.check(template);
            } catch (IllegalArgumentException e) {
                throw new StartException("exporter " + config.name() + ": " + e.getMessage(), e);
            }
        }
        CollectorStats stats = new CollectorStats();
        Channel channel = connect(config, encoder, loop, transport, stats);
        return new Collector(config, encoder, records, uptime, channel, stats);
    }

    static FlowEncoder encoder(FlowExporterConfig config, long domain, ExportClock clock, SystemUptime uptime) {
        TemplateRefresh refresh = config.templateRefresh();
        EncoderOptions options = new EncoderOptions(
                        domain, config.maxMessageBytes(), refresh.packets(), refresh.interval())
                .withNewTemplateCopies(refresh.copies());
        return switch (config.protocol()) {
            case NETFLOW9 -> new Netflow9Encoder(options, clock, uptime);
            case IPFIX -> new IpfixEncoder(options, clock);
        };
    }

    private static Channel connect(
            FlowExporterConfig config, FlowEncoder encoder, EventLoop loop, Transports transport, CollectorStats stats)
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
                    "exporter " + config.name() + ": cannot reach collector " + config.destination() + ": " + reason
                            + "; check the address and the route to it",
                    cause);
        }
        return connected.channel();
    }

    private static InetSocketAddress resolve(FlowExporterConfig config) throws StartException {
        if (!(config.destination() instanceof CollectorDestination destination)) {
            throw new IllegalStateException("no collector");
        }
        CollectorAddress address = destination.address();
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

    /** What was dropped here, for the records that tell of it. */
    NotSent notSent() {
        return notSent;
    }

    /** Has option records tell what the source has lost. */
    public void tellLosses(ConntrackStats source) {
        addOptions(options == null ? null : options.meteringReliability(source));
    }

    /** Has option records name interfaces; {@code names} is asked on the event loop. */
    public void tellInterfaces(InterfaceNames names) {
        addOptions(options == null ? null : options.interfaces(names));
    }

    private void addOptions(@Nullable OptionsSource source) {
        if (source != null) {
            channel.eventLoop().execute(() -> encoder.addOptions(source));
        }
    }

    /** On the event loop. */
    void export(ConntrackFlow flow, boolean interfaces) {
        records.write(flow, interfaces, channel);
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
        private final FlowExporterConfig config;
        private final CollectorStats stats;
        private final RateLimit limit = new RateLimit();

        SendErrors(FlowExporterConfig config, CollectorStats stats) {
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
                        config.destination(),
                        cause.getMessage(),
                        stats.sendErrors,
                        limit.suppressed());
            }
        }
    }
}
