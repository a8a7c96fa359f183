package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nurs.appliance.Appliance;
import io.nurs.appliance.config.TopConfig;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.PacketSource;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.Source;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a running appliance for Prometheus. They are read when somebody asks, from fields that the event loops write anyway,
 * from the kernel and from /proc: a scrape waits for no event loop, however busy that is, and costs them nothing. From any thread;
 * one scrape at a time.
 *
 * <p>Sources and collectors may come and go. Each scrape compares those that there are with those that it knows: what is gone takes
 * its series along.
 */
public final class ApplianceMetrics implements AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final Supplier<Appliance> running;
    private @Nullable TopConfig top;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ProcessMeters process;
    private final Map<Object, Part> parts = new LinkedHashMap<>();
    private boolean closed;

    /**
     * What a scraper is answered.
     *
     * @param contentType for the header of that name
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
    public record Exposition(String contentType, byte[] text) {}

    /**
     * Of what has started.
     *
     * @param running what runs, which another may take the place of
     * @param top null: no addresses and ports are named
     */
    public ApplianceMetrics(Supplier<Appliance> running, @Nullable TopConfig top) {
        this.running = running;
        this.top = top;
        registry.config().namingConvention(new OwnNames());
        this.process = new ProcessMeters(registry);
        bind();
    }

    /**
     * All figures, as of now.
     *
     * @param accept the request's header of that name: with OpenMetrics in it that is the answer, otherwise Prometheus's text
     */
    public synchronized Exposition scrape(@Nullable String accept) {
        bind();
        parts.values().forEach(Part::refresh);
        String type = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
        return new Exposition(type, registry.scrape(type).getBytes(StandardCharsets.UTF_8));
    }

    /** From now on with another choice of this. */
    public synchronized void top(@Nullable TopConfig changed) {
        if (!Objects.equals(top, changed)) {
            top = changed;
            List.copyOf(parts.keySet()).forEach(this::unbind);
            bind();
        }
    }

    /** Knows what runs as of now. A search for the heaviest begins with that, not with the first scrape. */
    public synchronized void bind() {
        if (closed) {
            return;
        }
        Appliance appliance = running.get();
        List<Source> sources = appliance.sources();
        List<Collector> collectors = appliance.collectors();
        // First: what takes the place of something may have its name.
        parts.keySet().stream()
                .filter(known ->
                        Stream.concat(sources.stream(), collectors.stream()).noneMatch(part -> part.equals(known)))
                .toList()
                .forEach(this::unbind);
        sources.forEach(source -> parts.computeIfAbsent(source, absent -> meters(source)));
        collectors.forEach(
                collector -> parts.computeIfAbsent(collector, absent -> new CollectorMeters(registry, collector)));
    }

    private Part meters(Source source) {
        return switch (source) {
            case ConntrackSource conntrack -> new SourceMeters(registry, conntrack, top);
            case ConntrackEventSource events -> new ConntrackEventMeters(registry, events);
            case PolledSource polled -> new PolledMeters(registry, polled);
            case NfqueueSource queue -> new QueueMeters(registry, queue);
            case PacketSource packets -> new PacketMeters(registry, packets);
        };
    }

    private void unbind(Object gone) {
        Part part = parts.remove(gone);
        if (part != null) {
            part.close();
        }
    }

    MeterRegistry registry() {
        return registry;
    }

    static Tags tags(String source, int reader) {
        return Tags.of("source", source, "reader", Integer.toString(reader));
    }

    /** Forgets all. The appliance may have stopped. */
    @Override
    public synchronized void close() {
        closed = true;
        parts.values().forEach(Part::close);
        parts.clear();
        process.close();
        registry.close();
    }
}
