package io.nurs.appliance;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.NftablesSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.StackConfig;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.export.CollectorOpener;
import io.nurs.appliance.export.FlowExporter;
import io.nurs.appliance.export.Stack;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.CounterSource;
import io.nurs.appliance.source.EventLosses;
import io.nurs.appliance.source.FlowSink;
import io.nurs.appliance.source.InterfaceNames;
import io.nurs.appliance.source.NfacctSource;
import io.nurs.appliance.source.NflogSource;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.PacketSource;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.Source;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of one source: an event loop of its own, and on it the source and a channel of its own to each collector. Its parts
 * come and go with the configuration, the event loop stays. Changed by one thread at a time, none of them an event loop.
 */
final class Reader {
    private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long DRAIN_TICK_MILLIS = 2;

    private final Transports transport;
    private final SystemUptime uptime;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private volatile ReaderPlan plan;
    private volatile Map<CollectorKey, Collector> collectors = Map.of();
    private volatile @Nullable Source source;
    private @Nullable FlowExporter exporter;
    private @Nullable InterfaceNames names;

    /** With nothing but an event loop as yet. */
    Reader(ReaderPlan plan, Transports transport, SystemUptime uptime) {
        this.plan = plan;
        this.transport = transport;
        this.uptime = uptime;
        this.group = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        this.loop = group.next();
    }

    /** What it does now. */
    ReaderPlan plan() {
        return plan;
    }

    EventLoop loop() {
        return loop;
    }

    Map<CollectorKey, Collector> collectors() {
        return collectors;
    }

    void collectors(Map<CollectorKey, Collector> next) {
        collectors = next;
    }

    /** Null while there is none: before the first, or if it could not be opened again. */
    @Nullable
    Source source() {
        return source;
    }

    Collector openCollector(CollectorKey key) throws StartException, InterruptedException {
        FlowExporterConfig flows = key.exporter();
        Collector opened = CollectorOpener.open(
                        flows, key.domain(), key.namespace(), key.kind(), loop, transport, ExportClock.SYSTEM, uptime)
                .fedBy(plan.source().name(), plan.number());
        LOG.info(
                "exporter {}: {} to {}, observation domain {}, from source {}",
                flows.name(),
                flows.title(),
                flows.destination(),
                key.domain(),
                plan.source().name());
        return opened;
    }

    /** Ways as this plan has them, to these collectors. */
    private static List<Stack> stacks(ReaderPlan plan, Map<CollectorKey, Collector> collectors) {
        return plan.stacks().stream()
                .map(stack -> new Stack(
                        stack.filters().stream().map(FlowFilter::of).toList(),
                        stack.knowsInterfaces(),
                        stack.distribution(),
                        ends(plan, stack, collectors)))
                .toList();
    }

    private static List<Collector> ends(ReaderPlan plan, StackConfig stack, Map<CollectorKey, Collector> collectors) {
        List<Collector> ends = new ArrayList<>();
        for (ExporterConfig exporter : stack.exporters()) {
            Collector end = collectors.get(plan.collectors().get(exporter.name()));
            if (end == null) {
                throw new IllegalStateException("no collector for " + exporter.name());
            }
            ends.add(end);
        }
        return ends;
    }

    /**
     * Opens a source that feeds these collectors.
     *
     * @param first the source of reader 0, for the others
     */
    Source startSource(ReaderPlan next, SourceConfig config, @Nullable Source first, Map<CollectorKey, Collector> to)
            throws StartException, InterruptedException {
        if (config instanceof NflogSourceConfig nflog) {
            to.values().forEach(collector -> collector.expectRate(nflog.sampling()));
        }
        FlowExporter feeding =
                loop.submit(() -> new FlowExporter(stacks(next, to))).sync().getNow();
        try {
            Source opened = open(next, config, first, feeding);
            exporter = feeding;
            source = opened;
            tell(opened, to);
            return opened;
        } finally {
            if (!feeding.equals(exporter)) {
                onLoop(feeding::end);
            }
        }
    }

    private Source open(ReaderPlan next, SourceConfig config, @Nullable Source first, FlowSink sink)
            throws StartException, InterruptedException {
        int number = next.number();
        return switch (config) {
            case ConntrackSourceConfig conntrack ->
                ConntrackSource.open(
                        conntrack, number, first instanceof ConntrackSource same ? same : null, loop, sink);
            case ConntrackEventSourceConfig events -> ConntrackEventSource.open(events, loop, sink);
            case NfacctSourceConfig nfacct -> NfacctSource.open(nfacct, loop, sink);
            case CounterSourceConfig counters -> CounterSource.open(counters, loop, sink);
            case NftablesSourceConfig nftables -> NftablesSource.open(nftables, loop, sink);
            case NfqueueSourceConfig queues -> NfqueueSource.open(queues, number, loop, sink);
            case NflogSourceConfig nflog -> NflogSource.open(nflog, number, next.wantsFrames(), loop, sink);
        };
    }

    /** What collectors are to know of the source itself. */
    private static void tell(Source running, Map<CollectorKey, Collector> to) {
        EventLosses losses = switch (running) {
            case ConntrackSource conntrack -> conntrack.stats();
            case ConntrackEventSource events -> events.stats();
            case PacketSource packets -> packets.stats();
            case PolledSource polled -> null;
        };
        if (losses != null) {
            to.values().forEach(collector -> collector.tellLosses(losses));
        }
        if (running instanceof PacketSource packets) {
            InterfaceNames own = packets.names();
            to.values().forEach(collector -> {
                collector.tellSelection(packets.number(), packets::sampling);
                collector.tellInterfaces(own == null ? null : visitor -> own.forEach(visitor::visit));
            });
        }
    }

    void beginStop() {
        Source stopping = source;
        FlowExporter feeding = exporter;
        if (feeding != null && plan.source() instanceof ConntrackSourceConfig conntrack) {
            loop.execute(() -> feeding.hurry(conntrack.shutdownTimeout()));
        }
        if (stopping != null) {
            stopping.beginStop();
        }
    }

    /** Last report or state file, and all of it sent, as at the end; but the collectors stay. */
    void stopSource() throws InterruptedException {
        Source stopping = source;
        FlowExporter feeding = exporter;
        if (stopping == null || feeding == null) {
            return;
        }
        try {
            stopping.stop();
            long deadline = System.nanoTime() + DRAIN_NANOS;
            while (!drained(feeding) && System.nanoTime() < deadline) {
                Thread.sleep(DRAIN_TICK_MILLIS);
            }
            onLoop(feeding::end);
        } finally {
            source = null;
            exporter = null;
            stopping.close();
        }
    }

    private boolean drained(FlowExporter feeding) throws InterruptedException {
        Future<Boolean> drained = loop.submit(feeding::isDrained).sync();
        return drained.getNow();
    }

    /** Lets the kernel keep what it has to tell, until {@link #route}. */
    void hold() throws InterruptedException {
        FlowExporter feeding = exporter;
        if (feeding != null) {
            onLoop(feeding::hold);
        }
    }

    /** Has flows go these ways from now on, if a source is running. */
    void route(ReaderPlan next, Map<CollectorKey, Collector> to) throws InterruptedException {
        FlowExporter feeding = exporter;
        if (feeding != null) {
            onLoop(() -> feeding.replace(stacks(next, to)));
        }
    }

    /** From now on it is this that it does. */
    void become(ReaderPlan next, Map<CollectorKey, Collector> to) {
        Source running = source;
        if (running != null) {
            if (!next.source().equals(plan.source())) {
                running.adopt(next.source());
            }
            if (running instanceof NflogSource nflog) {
                nflog.wantWhole(next.wantsFrames());
            }
            tell(running, to);
        }
        plan = next;
        collectors = to;
    }

    @Nullable
    InterfaceNames names() {
        return names;
    }

    InterfaceNames openNames() throws StartException {
        Source running = source;
        SourceConfig config = plan.source();
        try {
            if (running == null) {
                throw new IOException("no source");
            }
            return InterfaceNames.open(running.namespace(), loop);
        } catch (IOException e) {
            throw new StartException(
                    "source " + config.name() + ": cannot list interfaces (" + e.getMessage()
                            + "); write names: false in the mark-interfaces filter",
                    e);
        }
    }

    /** Has the collectors that are to know tell these names. */
    void tellInterfaces(@Nullable InterfaceNames next) {
        if (source instanceof PacketSource) {
            // It has the names itself, and its collectors have been told.
            InterfaceNames others = names;
            names = null;
            if (others != null) {
                others.close();
            }
            return;
        }
        Set<String> told = plan.named();
        plan.collectors().forEach((exporterName, key) -> {
            Collector collector = collectors.get(key);
            if (collector != null) {
                collector.tellInterfaces(
                        next != null && told.contains(exporterName) ? visitor -> next.forEach(visitor::visit) : null);
            }
        });
        InterfaceNames before = names;
        names = next;
        if (before != null && before != next) {
            before.close();
        }
    }

    private void onLoop(Runnable task) throws InterruptedException {
        loop.submit(task).sync();
    }

    /** When all that it had is closed. */
    void closeLoop() throws InterruptedException {
        InterfaceNames last = names;
        if (last != null) {
            last.close();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }
}
