package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.CollectorTransport;
import io.nurs.appliance.config.FileDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.TemplateRefresh;
import io.nurs.appliance.filter.FlowExpression;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.output.Spool;
import io.nurs.appliance.output.SpoolStats;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import io.nurs.ipfix.IpfixEncoder;
import io.nurs.netflow9.Netflow9Encoder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One collector as one source sees it: a way to it on that source's event loop, the encoder in it, and the templates it is
 * sent.
 */
public final class Collector implements Distribution.Member {
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(2);

    private final String name;
    private final FlowEncoder encoder;
    private final FlowRecords records;
    private final NatRecords events;
    private final Consumer<FlowRecord<Uniflow>> send = this::send;
    private final Consumer<FlowRecord<NatEvent>> sendEvent = this::sendEvent;
    private final ExportClock clock;
    private final @Nullable FlowExpression filter;
    private final Link link;
    private final Channel channel;
    private final Future<?> flushTick;
    private final CollectorStats stats;
    private final NotSent notSent = new NotSent();
    private long knownLost;
    private String source = "";
    private int reader;
    private final @Nullable OptionRecords options;

    /** Over a link whose pipeline holds the encoder. */
    Collector(
            FlowExporterConfig config,
            FlowEncoder encoder,
            FlowRecords records,
            ExportClock clock,
            SystemUptime uptime,
            Link link,
            CollectorStats stats) {
        this.name = config.name();
        this.encoder = encoder;
        this.records = records;
        this.events = new NatRecords(config.records().fields().profile());
        this.filter = config.filter();
        this.clock = clock;
        this.options = config.records().options() ? new OptionRecords(config, encoder, records, uptime) : null;
        if (options != null) {
            options.ofExporter(notSent).forEach(encoder::addOptions);
        }
        this.link = link;
        this.channel = link.channel();
        this.stats = stats;
        channel.closeFuture().addListener(closed -> countLost());
        long interval = config.flushInterval().toMillis();
        this.flushTick =
                channel.eventLoop().scheduleAtFixedRate(this::flush, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Opens what leads to the collector.
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
        check(config.name(), encoder, records.templates());
        check(config.name(), encoder, new NatRecords(config.records().fields().profile()).templates());
        CollectorStats stats = new CollectorStats();
        Link link = switch (config.destination()) {
            case CollectorDestination there -> {
                SpoolOpener spool = () ->
                        there.spool() == null ? null : Spool.open(there.spool(), config.name() + "-" + domain, encoder);
                yield there.transport() == CollectorTransport.UDP
                        ? UdpLink.open(config.name(), there, encoder, loop, transport, stats, spool)
                        : StreamLink.open(config.name(), there, encoder, loop, transport, stats, spool);
            }
            case FileDestination file -> FileLink.open(config, file, domain, encoder, loop);
        };
        return new Collector(config, encoder, records, clock, uptime, link, stats);
    }

    private static void check(String name, FlowEncoder encoder, List<? extends Template<?>> templates)
            throws StartException {
        for (Template<?> template : templates) {
            try {
                encoder.check(template);
            } catch (IllegalArgumentException e) {
                throw new StartException("exporter " + name + ": " + e.getMessage(), e);
            }
        }
    }

    static FlowEncoder encoder(FlowExporterConfig config, long domain, ExportClock clock, SystemUptime uptime) {
        TemplateRefresh refresh = config.templateRefresh();
        boolean isDatagrams = config.destination() instanceof CollectorDestination there
                && there.transport() == CollectorTransport.UDP;
        EncoderOptions options = isDatagrams
                ? new EncoderOptions(domain, config.maxMessageBytes(), refresh.packets(), refresh.interval())
                        .withNewTemplateCopies(refresh.copies())
                : EncoderOptions.stream(domain, config.maxMessageBytes(), refresh.interval());
        return switch (config.protocol()) {
            case NETFLOW9 -> new Netflow9Encoder(options, clock, uptime);
            case IPFIX -> new IpfixEncoder(options, clock);
        };
    }

    private void flush() {
        countLost();
        if (!link.isCut()) {
            channel.flush();
        }
    }

    /** How many packets they told of is not known any more. */
    private void countLost() {
        long lost = link.lostRecords();
        if (lost > knownLost) {
            notSent.add(lost - knownLost, 0, 0, clock.epochMillis());
            knownLost = lost;
        }
    }

    @Override
    public String name() {
        return name;
    }

    public EncoderStats encoded() {
        return encoder.stats();
    }

    public CollectorStats stats() {
        return stats;
    }

    /** Says whose records it sends. */
    public Collector fedBy(String source, int reader) {
        this.source = source;
        this.reader = reader;
        return this;
    }

    /** Name of the source. */
    public String source() {
        return source;
    }

    /** Which of the source's readers, from 0. */
    public int reader() {
        return reader;
    }

    /** Octets that wait for the socket or the file. */
    public long queuedBytes() {
        return link.queuedBytes();
    }

    /** Null without a spool. */
    public @Nullable SpoolStats spool() {
        return link.spool();
    }

    /** Messages that were encoded and went nowhere, as far as can be known. */
    public long lostMessages() {
        return link.lostMessages();
    }

    /** Records in those: they were encoded, and are among {@link #notSent()} too. */
    public long lostRecords() {
        return link.lostRecords();
    }

    /** What waits for it on the disk, or null without a spool. */
    public @Nullable SpoolStats spooled() {
        return link.spooled();
    }

    /** observationDomain(149) of its messages, in v9 the source id. */
    public long observationDomain() {
        return encoder.options().observationDomain();
    }

    /** What was dropped here: there was no connection, or no room. */
    public NotSent notSent() {
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

    /** Whether it is for events, and gets no flows, or the other way round. */
    boolean isOfEvents() {
        return !events.templates().isEmpty();
    }

    /** On the event loop. */
    void export(ConntrackFlow flow, boolean interfaces) {
        if (filter == null || filter.matches(flow)) {
            records.write(flow, interfaces, send);
        }
    }

    /** On the event loop. */
    void export(NatEvent event) {
        events.write(event, sendEvent);
    }

    private void send(FlowRecord<Uniflow> record) {
        if (!encode(record)) {
            Uniflow flow = record.source();
            notSent.add(1, records.packets(flow), records.octets(flow), clock.epochMillis());
        }
    }

    private void sendEvent(FlowRecord<NatEvent> record) {
        if (!encode(record)) {
            notSent.add(1, 0, 0, clock.epochMillis());
        }
    }

    /** False if the record goes nowhere. */
    private boolean encode(FlowRecord<?> record) {
        if (link.isCut()) {
            return false;
        }
        long before = encoder.stats().droppedRecords();
        channel.write(record, channel.voidPromise());
        return encoder.stats().droppedRecords() == before;
    }

    /** As far as can be known. */
    @Override
    public boolean isUp() {
        return link.isUp();
    }

    /** Whether it takes what it is given, or is not worth waiting for; if not, the encoder drops it. */
    boolean isWritable() {
        return channel.isWritable() || !link.isWorthWaitingFor();
    }

    /** Sends together with the source's other collectors. */
    void join(SendGroup group) {
        channel.pipeline().addBefore(channel.pipeline().context(encoder).name(), null, group.join(link));
    }

    /** Has {@code action} run on the event loop whenever {@link #isWritable()} may have changed. */
    void onWritabilityChanged(Runnable action) {
        link.onChange(action);
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
        if (link.isIdle() || System.nanoTime() > deadline) {
            channel.close();
        } else {
            channel.eventLoop().schedule(() -> closeWhenSent(deadline), 1, TimeUnit.MILLISECONDS);
        }
    }
}
