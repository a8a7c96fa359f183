package io.nurs.appliance.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole configuration, valid in itself; whether the machine can do it shows at start.
 *
 * @param exporters by name, in the file's order, used by a stack or not
 * @param warnings what is legal but probably not meant; to be printed at start
 */
public record ApplianceConfig(
        Transport transport,
        List<StackConfig> stacks,
        Map<String, ExporterConfig> exporters,
        MetricsConfig metrics,
        List<ConfigError> warnings) {

    public ApplianceConfig {
        stacks = List.copyOf(stacks);
        exporters = Collections.unmodifiableMap(new LinkedHashMap<>(exporters));
        warnings = List.copyOf(warnings);
    }

    public ApplianceConfig(Transport transport, List<StackConfig> stacks, Map<String, ExporterConfig> exporters) {
        this(transport, stacks, exporters, MetricsConfig.defaults(), List.of());
    }

    /**
     * One stack named {@code flows}: conntrack with its defaults to one collector.
     *
     * @param url such as {@code netflow9://192.0.2.10:9995} or {@code netflow9://[2001:db8::1]?observation-domain=7&nat-view=wire};
     *     the query takes the exporter's keys that have a plain value
     */
    public static ApplianceConfig forCollector(String url) throws ConfigException {
        FlowExporterConfig exporter = CollectorUrl.read(url);
        StackConfig stack =
                new StackConfig("flows", ConntrackSourceConfig.defaults("flows"), List.of(), List.of(exporter));
        String warning = Netflow5Keys.warning(exporter);
        return new ApplianceConfig(
                Transport.EPOLL,
                List.of(stack),
                Map.of(exporter.name(), exporter),
                MetricsConfig.defaults(),
                warning == null ? List.of() : List.of(new ConfigError("--collector", 0, 0, "", warning)));
    }

    /** The different sources, in the order stacks first name them. */
    public List<SourceConfig> sources() {
        return stacks.stream().map(StackConfig::source).distinct().toList();
    }

    /** The sources that feed this exporter, in the order stacks first name them. */
    public List<SourceConfig> sourcesOf(ExporterConfig exporter) {
        return sourcesOf(stacks, exporter);
    }

    static List<SourceConfig> sourcesOf(List<StackConfig> stacks, ExporterConfig exporter) {
        return stacks.stream()
                .filter(stack -> stack.exporters().contains(exporter))
                .map(StackConfig::source)
                .distinct()
                .toList();
    }

    /**
     * The observation domain in messages of this source to this exporter: each reader of a source has a sequence, hence a domain, of its
     * own.
     *
     * @param reader from 0
     */
    public long observationDomain(SourceConfig source, FlowExporterConfig exporter, int reader) {
        List<SourceConfig> sources = sourcesOf(exporter);
        int index = sources.indexOf(source);
        if (index < 0) {
            throw new IllegalArgumentException(source.name() + " does not feed " + exporter.name());
        }
        return exporter.observationDomain() + readers(sources.subList(0, index)) + reader;
    }

    static int readers(List<SourceConfig> sources) {
        return sources.stream().mapToInt(SourceConfig::readers).sum();
    }
}
