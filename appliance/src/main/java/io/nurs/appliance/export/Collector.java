package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.filter.FlowExpression;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.output.SpoolStats;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.EventLosses;
import io.nurs.appliance.source.Observation;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One collector as one source sees it: a way to it on that source's event loop, the encoder in it, and the templates it is
 * sent.
 *
 * <p>Longer than a class should be: how it is opened, joins and leaves a source's exporter, what it is told and how it ends, a few
 * lines each.
 */
public final class Collector implements Distribution.Member {
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(2);

    private final String name;
    private final FlowEncoder encoder;
    private final FlowRecords records;
    private final NatRecords events;
    private final Consumer<FlowRecord<Uniflow>> send = this::send;
    private final Consumer<Uniflow> refuse = this::refuse;
    private final ObservationRecords observations;
    private final Consumer<FlowRecord<? extends Observation>> sendObservation = this::sendObservation;
    private final Consumer<FlowRecord<NatEvent>> sendEvent = this::sendEvent;
    private final ExportClock clock;
    private final @Nullable FlowExpression filter;
    private final Link link;
    private final Channel channel;
    private final Duration flushInterval;
    private @Nullable Future<?> flushTick;
    private final CollectorStats stats;
    private final NotSent notSent = new NotSent();
    /** What the protocol has no way to say. */
    private final NotSent notSendable = new NotSent();

    private long knownLost;
    private String source = "";
    private int reader;
    private final @Nullable OptionRecords options;
    private @Nullable EventLosses losses;
    private final boolean isAnnounced;
    /** Of flows by the exporter, or of packets by their source, before that says it itself. */
    private int firstRate;

    /** Of a source of packets. */
    private @Nullable IntSupplier sampling;

    /** Group or queue that the packets are of. */
    private int selection;

    private int toldSampling;

    private @Nullable InterfaceNames interfaces;
    private boolean tellsInterfaces;
    private @Nullable Collector predecessor;
    private @Nullable ChannelOutboundHandlerAdapter member;
    private final ChannelInboundHandlerAdapter listener = new WritabilityListener();
    private Runnable whenWritable = () -> {};
    /** Of no exporter: it has nothing to send, and says nothing of itself either. */
    private volatile boolean quiet = true;

    /** Over a link whose pipeline holds the encoder. */
    Collector(
            FlowExporterConfig config,
            FlowEncoder encoder,
            FlowRecords records,
            ObservationRecords observations,
            ExportClock clock,
            Link link,
            CollectorStats stats) {
        this.name = config.name();
        this.encoder = encoder;
        this.records = records;
        this.observations = observations;
        this.events = new NatRecords(config.records().fields().profile());
        this.filter = config.filter();
        this.isAnnounced = !(config.destination() instanceof OutputDestination);
        this.firstRate = config.records().sampling();
        this.clock = clock;
        this.options =
                config.records().options() ? new OptionRecords(config, encoder, records, observations, clock) : null;
        if (options != null) {
            options.ofExporter(notSent, this::rate).forEach(encoder::addOptions);
        }
        this.link = link;
        this.channel = link.channel();
        this.stats = stats;
        channel.closeFuture().addListener(closed -> countLost());
        this.flushInterval = config.flushInterval();
    }

    private void flush() {
        countLost();
        if (!quiet && !link.isCut()) {
            channel.flush();
        }
    }

    /** How many packets they told of is not known any more. */
    void countLost() {
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

    Channel channel() {
        return channel;
    }

    /** How long the next datagram may be. */
    int datagramBytes() {
        return encoder.datagramBytes();
    }

    /** Octets that wait for the socket or the file. */
    public long queuedBytes() {
        return link.queuedBytes();
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

    /** observationDomain(149) of its messages, in v9 the source id, in v5 engine type and id. */
    public long observationDomain() {
        return encoder.options().observationDomain();
    }

    /** What was dropped here: there was no connection, or no room. */
    public NotSent notSent() {
        return notSent;
    }

    /** What its protocol has no records for: in NetFlow v5 flows of IPv6, and all that is no flow. */
    public NotSent notSendable() {
        return notSendable;
    }

    /** Has option records tell what the source has lost; another source's from now on, if they told of one before. */
    public void tellLosses(EventLosses source) {
        if (options != null) {
            channel.eventLoop().execute(() -> {
                boolean first = losses == null;
                losses = source;
                if (first) {
                    encoder.addOptions(options.meteringReliability(() -> losses));
                }
            });
        }
    }

    /**
     * Has option records tell how packets are selected; as another source does from now on, if they told of one before.
     *
     * @param number of the group or the queue
     * @param oneOf asked on the event loop: one of so many packets is there
     */
    public void tellSelection(int number, IntSupplier oneOf) {
        if (options != null) {
            channel.eventLoop().execute(() -> {
                boolean first = sampling == null;
                int now = oneOf.getAsInt();
                boolean differs = selection != number || toldSampling != now;
                sampling = oneOf;
                selection = number;
                toldSampling = now;
                if (first) {
                    options.selection(() -> selection, this::rate).forEach(encoder::addOptions);
                }
                if (differs) {
                    encoder.refresh();
                }
            });
        }
    }

    /** One of so many packets comes from a source that is about to be opened; before anything is sent. */
    public void expectRate(int oneOf) {
        channel.eventLoop().execute(() -> firstRate = oneOf);
    }

    /** One of so many is sent. */
    private int rate() {
        IntSupplier ofSource = sampling;
        return ofSource != null ? ofSource.getAsInt() : firstRate;
    }

    /** Has option records name interfaces, or null for none any more; {@code names} is asked on the event loop. */
    public void tellInterfaces(@Nullable InterfaceNames names) {
        if (options != null) {
            channel.eventLoop().execute(() -> {
                interfaces = names;
                if (names != null && !tellsInterfaces) {
                    tellsInterfaces = true;
                    encoder.addOptions(options.interfaces(this::nameInterfaces));
                }
            });
        }
    }

    private void nameInterfaces(InterfaceNames.Visitor visitor) {
        InterfaceNames names = interfaces;
        if (names != null) {
            names.forEach(visitor);
        }
    }

    /**
     * Announces the templates that most of its records will have, before there is any; on the event loop. An output reads its own
     * messages and needs none ahead.
     *
     * @param interfaces whether a stack that feeds it knows the interfaces of flows
     */
    void announce(boolean interfaces) {
        if (isAnnounced) {
            encoder.addTemplates(
                    observations.kind() == RecordKind.FLOWS
                            ? records.usualTemplates(interfaces)
                            : observations.usualTemplates());
            encoder.addTemplates(events.templates());
        }
    }

    /** Whether it is for events, and gets no flows, or the other way round. */
    boolean isOfEvents() {
        return !events.templates().isEmpty();
    }

    /** On the event loop. */
    void export(ConntrackFlow flow, boolean interfaces) {
        if (filter == null || filter.matches(flow)) {
            records.write(flow, interfaces, send, refuse);
        }
    }

    /** On the event loop. */
    void export(NatEvent event) {
        events.write(event, sendEvent);
    }

    private void refuse(Uniflow flow) {
        notSendable.add(1, flow.packets(), flow.octets(), clock.epochMillis());
    }

    /** On the event loop. */
    void export(Observation observation) {
        if (records.areAllThereIs()) {
            notSendable.add(1, observation.packets(), observation.octets(), clock.epochMillis());
            return;
        }
        observations.write(observation, sendObservation);
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

    private void sendObservation(FlowRecord<? extends Observation> record) {
        if (!encode(record)) {
            Observation observation = record.source();
            notSent.add(1, observation.packets(), observation.octets(), clock.epochMillis());
        }
    }

    /** False if the record goes nowhere. */
    private boolean encode(FlowRecord<?> record) {
        if (link.isCut() || !channel.isOpen()) {
            return false;
        }
        long before = encoder.stats().droppedRecords();
        channel.write(record, channel.voidPromise());
        return encoder.stats().droppedRecords() == before;
    }

    /** As far as can be known. */
    @Override
    public boolean isUp() {
        return channel.isOpen() && link.isUp();
    }

    /** Whether it can be sent anything ever; what has been closed counts all that it is given as not sent. */
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Whether it takes what it is given, or is not worth waiting for; if not, the encoder drops it. */
    boolean isWritable() {
        return channel.isWritable() || !channel.isOpen() || !link.isWorthWaitingFor();
    }

    /** Whether so much waits for its turn that what reads at its own pace is to wait. */
    boolean isCrowded() {
        return link.isCrowded();
    }

    /** A stop has begun, and has so long; on the event loop. */
    void hurry(Duration left) {
        link.hurry(left);
    }

    /**
     * Takes the place of another at the same collector: its sequence goes on, unless a session of its own begins anyway. Before
     * {@link #attach}.
     */
    public void follow(Collector other) {
        predecessor = other;
    }

    /**
     * Sends together with the source's other collectors from now on; on the event loop, or before it has anything to do.
     *
     * @param action run on the event loop whenever {@link #isWritable()} may have changed
     */
    void attach(SendGroup group, Runnable action) {
        if (predecessor != null) {
            encoder.continueSequence(predecessor.encoder);
            predecessor = null;
        }
        if (!channel.isOpen()) {
            // Its pipeline is empty: it could not be opened again, and stands for the one that is missing.
            return;
        }
        ChannelOutboundHandlerAdapter joined = group.join(link);
        member = joined;
        channel.pipeline().addBefore(channel.pipeline().context(encoder).name(), null, joined);
        whenWritable = action;
        link.onChange(action);
        if (flushTick == null) {
            channel.pipeline().addLast(listener);
            long interval = flushInterval.toMillis();
            flushTick = channel.eventLoop().scheduleAtFixedRate(this::flush, interval, interval, TimeUnit.MILLISECONDS);
        }
        quiet = false;
    }

    /** Is sent nothing more by this group, all being flushed; on the event loop. */
    void detach(SendGroup group) {
        fallSilent();
        ChannelOutboundHandlerAdapter left = member;
        member = null;
        if (left != null) {
            group.leave(left);
            // A pipeline that has been closed has let go of all.
            if (channel.pipeline().context(left) != null) {
                channel.pipeline().remove(left);
            }
        }
    }

    /** Is about to be closed, all being flushed: until then the group waits for what it has been given. On the event loop. */
    void leave(SendGroup group) {
        fallSilent();
        channel.closeFuture().addListener(closed -> detach(group));
    }

    private void fallSilent() {
        quiet = true;
        whenWritable = () -> {};
        link.onChange(whenWritable);
    }

    private final class WritabilityListener extends ChannelInboundHandlerAdapter {
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            whenWritable.run();
        }
    }

    /** Sends what is still being packed, gives the socket time to take it, and closes. */
    public ChannelFuture close() {
        Future<?> tick = flushTick;
        if (tick != null) {
            tick.cancel(false);
        }
        if (!quiet) {
            channel.flush();
        }
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
