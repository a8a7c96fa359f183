package io.nurs.appliance.config;

import java.util.List;
import java.util.Map;

/** Finds what looks at flows where there are none: stacks and exporters of all sources but conntrack. */
final class FlowlessStacks {
    private FlowlessStacks() {}

    static void check(YamlSection stack, SourceConfig source) {
        if (source.tellsOfFlows()) {
            return;
        }
        for (YamlValue filter : stack.items("filters")) {
            filter.error("filters look at flows, and source " + ScalarText.quote(source.name())
                    + " has none; leave filters out of this stack");
        }
        YamlValue distribution = stack.value("distribution");
        if (distribution != null && DistributionMode.HASH.toString().equals(distribution.text())) {
            distribution.warning("hash shares out flows, and source " + ScalarText.quote(source.name())
                    + " has none: each exporter gets all; write mirror or failover");
        }
    }

    static void check(
            List<StackConfig> stacks, NamedParts<ExporterConfig> exporters, Map<SourceConfig, YamlValue> places) {
        places.forEach((source, place) -> {
            List<ExporterConfig> fed = stacks.stream()
                    .filter(stack -> stack.source().equals(source))
                    .flatMap(stack -> stack.exporters().stream())
                    .toList();
            // No exporter at all is a choice, where it is allowed.
            if (!source.tellsOfFlows() && !fed.isEmpty() && fed.stream().allMatch(FlowlessStacks::isOfEvents)) {
                place.warning("nothing of it is sent: all exporters of its stacks are for events of NAT; give one other"
                        + " fields");
            }
        });
        exporters.forEach((place, exporter) -> {
            List<SourceConfig> sources = ApplianceConfig.sourcesOf(stacks, exporter);
            if (!sources.isEmpty() && sources.stream().noneMatch(SourceConfig::tellsOfFlows)) {
                check(place, exporter);
            }
        });
    }

    private static void check(YamlValue place, ExporterConfig exporter) {
        switch (exporter) {
            case FlowExporterConfig flows -> {
                if (flows.filter() != null) {
                    place.warning("its filter has no effect: it looks at flows, and no source of its stacks has any");
                }
                if (flows.records().sampling() > 1) {
                    place.warning("sampling has no effect: it is about flows, and no source of its stacks has any");
                }
            }
        }
    }

    private static boolean isOfEvents(ExporterConfig exporter) {
        return switch (exporter) {
            case FlowExporterConfig flows -> flows.records().fields().profile().isOfEvents();
        };
    }
}
