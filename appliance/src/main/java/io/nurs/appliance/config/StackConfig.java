package io.nurs.appliance.config;

import java.util.List;

/** One way from a source through filters to exporters, its references resolved. Another stack may share the source or an exporter. */
public record StackConfig(
        String name,
        SourceConfig source,
        List<FilterConfig> filters,
        List<ExporterConfig> exporters,
        DistributionMode distribution) {
    public StackConfig {
        filters = List.copyOf(filters);
        exporters = List.copyOf(exporters);
    }

    /** Whether a filter adds interfaces and direction to flows. */
    public boolean knowsInterfaces() {
        return filters.stream().anyMatch(MarkInterfacesConfig.class::isInstance);
    }

    /** Whether collectors are told the names of those interfaces. */
    public boolean namesInterfaces() {
        return filters.stream()
                .anyMatch(filter -> filter instanceof MarkInterfacesConfig interfaces && interfaces.names());
    }

    /** One whose exporters get every flow each. */
    public StackConfig(String name, SourceConfig source, List<FilterConfig> filters, List<ExporterConfig> exporters) {
        this(name, source, filters, exporters, DistributionMode.MIRROR);
    }
}
