package io.nurs.appliance;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.StackConfig;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.export.FlowExporter;
import io.nurs.appliance.export.Stack;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.InterfaceNames;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running configuration. Each reader of a source has an event loop of its own, and on it a channel of its own to each
 * collector: nothing on the way from the kernel to the wire is shared between threads.
 */
public final class Appliance {
    private static final Logger LOG = LoggerFactory.getLogger(Appliance.class);

    private final ApplianceConfig config;
    private final Transports transport;
    private final SystemUptime uptime;
    private final EventLoopGroup loops;
    private final List<ConntrackSource> sources = new ArrayList<>();
    private final List<Collector> collectors = new ArrayList<>();
    private final List<InterfaceNames> interfaceNames = new ArrayList<>();

    private Appliance(ApplianceConfig config) throws StartException {
        this.config = config;
        this.transport = Transports.of(config.transport());
        this.uptime = new SystemUptime(bootEpochMillis());
        this.loops = new MultiThreadIoEventLoopGroup(
                config.sources().stream().mapToInt(SourceConfig::readers).sum(), transport.handlers());
    }

    /**
     * Starts all parts.
     *
     * @throws StartException if one cannot be started; then none is left running
     */
    public static Appliance start(ApplianceConfig config) throws StartException, InterruptedException {
        Appliance appliance = new Appliance(config);
        try {
            for (SourceConfig source : config.sources()) {
                appliance.startSource(source);
            }
            return appliance;
        } catch (StartException | RuntimeException e) {
            appliance.stop();
            throw e;
        }
    }

    private void startSource(SourceConfig source) throws StartException, InterruptedException {
        ConntrackSource first = null;
        for (int reader = 0; reader < source.readers(); reader++) {
            ConntrackSource started = startReader(source, reader, first);
            first = first == null ? started : first;
            sources.add(started);
        }
    }

    private ConntrackSource startReader(SourceConfig source, int reader, @Nullable ConntrackSource first)
            throws StartException, InterruptedException {
        EventLoop loop = loops.next();
        Map<String, Collector> own = new HashMap<>();
        List<Stack> stacks = new ArrayList<>();
        for (StackConfig stack : config.stacks()) {
            if (stack.source().equals(source)) {
                stacks.add(stack(stack, source, reader, loop, own));
            }
        }
        return switch (source) {
            case ConntrackSourceConfig conntrack -> {
                ConntrackSource opened = ConntrackSource.open(conntrack, reader, first, loop, new FlowExporter(stacks));
                own.values().forEach(collector -> collector.tellLosses(opened.stats()));
                tellInterfaces(source, opened, loop, own);
                yield opened;
            }
        };
    }

    private void tellInterfaces(SourceConfig source, ConntrackSource opened, EventLoop loop, Map<String, Collector> own)
            throws StartException {
        List<Collector> told = config.stacks().stream()
                .filter(stack -> stack.source().equals(source) && stack.namesInterfaces())
                .flatMap(stack -> stack.exporters().stream())
                .map(ExporterConfig::name)
                .distinct()
                .map(own::get)
                .toList();
        if (told.isEmpty()) {
            return;
        }
        try {
            InterfaceNames names = InterfaceNames.open(opened.namespace(), loop);
            interfaceNames.add(names);
            told.forEach(collector -> collector.tellInterfaces(visitor -> names.forEach(visitor::visit)));
        } catch (IOException e) {
            throw new StartException(
                    "source " + source.name() + ": cannot list interfaces (" + e.getMessage()
                            + "); write names: false in the mark-interfaces filter",
                    e);
        }
    }

    private Stack stack(StackConfig config, SourceConfig source, int reader, EventLoop loop, Map<String, Collector> own)
            throws StartException, InterruptedException {
        List<Collector> ends = new ArrayList<>();
        for (ExporterConfig exporter : config.exporters()) {
            Collector collector = own.get(exporter.name());
            if (collector == null) {
                collector = collector(exporter, source, reader, loop);
                own.put(exporter.name(), collector);
                collectors.add(collector);
            }
            ends.add(collector);
        }
        return new Stack(
                config.filters().stream().map(FlowFilter::of).toList(),
                config.knowsInterfaces(),
                config.distribution(),
                ends);
    }

    private Collector collector(ExporterConfig exporter, SourceConfig source, int reader, EventLoop loop)
            throws StartException, InterruptedException {
        return switch (exporter) {
            case FlowExporterConfig flows -> {
                long domain = config.observationDomain(source, flows, reader);
                Collector collector = Collector.open(
                                flows, domain, namespace(source), loop, transport, ExportClock.SYSTEM, uptime)
                        .fedBy(source.name(), reader);
                LOG.info(
                        "exporter {}: {} to {}, observation domain {}, from source {}",
                        flows.name(),
                        flows.protocol().title(),
                        flows.destination(),
                        domain,
                        source.name());
                yield collector;
            }
        };
    }

    private static String namespace(SourceConfig source) {
        return switch (source) {
            case ConntrackSourceConfig conntrack -> Objects.requireNonNullElse(conntrack.namespace(), "");
        };
    }

    /** Has every source report its live flows as soon as it can. */
    public void reportNow() {
        sources.forEach(ConntrackSource::reportNow);
    }

    /** What is running. */
    public ApplianceConfig config() {
        return config;
    }

    /** One for each reader. */
    public List<ConntrackSource> sources() {
        return List.copyOf(sources);
    }

    public List<Collector> collectors() {
        return List.copyOf(collectors);
    }

    /** Each turns a part of what is running. */
    public Iterable<EventExecutor> loops() {
        return loops;
    }

    /** Last reports first, then what collectors have not been sent yet, then the loops. */
    public void stop() throws InterruptedException {
        sources.forEach(ConntrackSource::beginStop);
        for (ConntrackSource source : sources) {
            source.stop();
        }
        // At once: each may take a while.
        List<ChannelFuture> closing = collectors.stream().map(Collector::close).toList();
        for (ChannelFuture closed : closing) {
            closed.await();
        }
        interfaceNames.forEach(InterfaceNames::close);
        for (ConntrackSource source : sources) {
            source.close();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }

    /** When the machine started, by today's wall clock: /proc/uptime, which counts time asleep as well. */
    private static long bootEpochMillis() {
        long now = System.currentTimeMillis();
        try {
            String uptime = Files.readString(Path.of("/proc/uptime"));
            return now - (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot read /proc/uptime", e);
            return now;
        }
    }
}
