package io.nurs.appliance;

import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.StackConfig;
import io.nurs.appliance.export.RecordKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one reader of a source is to do.
 *
 * @param number which of the source's readers, from 0
 * @param collectors by the exporters' names
 */
record ReaderPlan(SourceConfig source, int number, List<StackConfig> stacks, Map<String, CollectorKey> collectors) {
    static ReaderPlan of(ApplianceConfig config, SourceConfig source, int number) {
        List<StackConfig> stacks = config.stacks().stream()
                .filter(stack -> stack.source().equals(source))
                .toList();
        Map<String, CollectorKey> collectors = new LinkedHashMap<>();
        for (StackConfig stack : stacks) {
            for (ExporterConfig exporter : stack.exporters()) {
                collectors.put(exporter.name(), key(config, source, exporter, number));
            }
        }
        return new ReaderPlan(source, number, stacks, collectors);
    }

    private static CollectorKey key(ApplianceConfig config, SourceConfig source, ExporterConfig exporter, int number) {
        return switch (exporter) {
            case FlowExporterConfig flows ->
                new CollectorKey(
                        flows,
                        config.observationDomain(source, flows, number),
                        namespace(source),
                        RecordKind.of(source));
        };
    }

    private static String namespace(SourceConfig source) {
        return Objects.requireNonNullElse(source.namespace(), "");
    }

    /** Exporters that are told the names of interfaces. */
    Set<String> named() {
        return stacks.stream()
                .filter(StackConfig::namesInterfaces)
                .flatMap(stack -> stack.exporters().stream())
                .map(ExporterConfig::name)
                .collect(Collectors.toSet());
    }

    /** Whether one of its exporters writes packets as they are. */
    boolean wantsFrames() {
        return stacks.stream()
                .flatMap(stack -> stack.exporters().stream())
                .anyMatch(exporter -> exporter instanceof FlowExporterConfig flows && flows.writesFrames());
    }

    /** Whether flows take other ways than with this plan. */
    boolean isRoutedAs(ReaderPlan other) {
        return collectors.equals(other.collectors) && routes().equals(other.routes());
    }

    /** Without the source, whose changes are another matter. */
    private List<List<Object>> routes() {
        return stacks.stream()
                .map(stack -> List.<Object>of(stack.filters(), stack.exporters(), stack.distribution()))
                .toList();
    }
}
