package io.nurs.appliance.config;

import java.util.List;
import java.util.Map;

/** Finds events that nobody is told of, and exporters that would be told events if there were any. */
final class EventExporters {
    private EventExporters() {}

    static void check(
            List<StackConfig> stacks, NamedParts<ExporterConfig> exporters, Map<SourceConfig, YamlValue> places) {
        places.forEach((source, place) -> {
            if (logsNat(source)
                    && stacks.stream()
                            .filter(stack -> stack.source().equals(source))
                            .flatMap(stack -> stack.exporters().stream())
                            .noneMatch(EventExporters::isOfEvents)) {
                place.warning("events: nat logs nothing: no exporter of its stacks is for events; give one"
                        + " fields: nat-events");
            }
        });
        exporters.forEach((place, exporter) -> {
            List<SourceConfig> sources = ApplianceConfig.sourcesOf(stacks, exporter);
            if (isOfEvents(exporter) && !sources.isEmpty() && sources.stream().noneMatch(EventExporters::logsNat)) {
                place.warning("sends nothing: it is for events, and no source of its stacks has any; write events: nat"
                        + " in a source, or other fields here");
            }
        });
    }

    private static boolean logsNat(SourceConfig source) {
        return source instanceof ConntrackSourceConfig conntrack && conntrack.natEvents() != null;
    }

    private static boolean isOfEvents(ExporterConfig exporter) {
        return switch (exporter) {
            case FlowExporterConfig flows -> flows.records().fields().profile().isOfEvents();
        };
    }
}
