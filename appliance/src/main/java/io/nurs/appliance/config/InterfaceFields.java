package io.nurs.appliance.config;

import io.nurs.appliance.filter.FlowExpression;
import java.util.List;
import java.util.stream.Collectors;

/** Finds fields and filters of exporters that ask for interfaces where nothing will ever know them. */
final class InterfaceFields {
    private static final String NO_INTERFACES =
            ": no stack of this exporter knows interfaces; give one the filter mark-interfaces";

    private InterfaceFields() {}

    static void check(List<StackConfig> stacks, NamedParts<ExporterConfig> exporters) {
        exporters.forEach((place, exporter) -> {
            switch (exporter) {
                case FlowExporterConfig flows -> check(place, stacks, flows);
            }
        });
    }

    static String missing(CollectorPreset preset) {
        return "preset " + preset + ": the collector drops flows without interface numbers; write ingress-interface and"
                + " egress-interface (`ip link` shows the numbers), or give its stacks the filter mark-interfaces";
    }

    private static void check(YamlValue place, List<StackConfig> stacks, FlowExporterConfig exporter) {
        List<StackConfig> feeding = stacks.stream()
                .filter(stack -> stack.exporters().contains(exporter))
                .toList();
        FieldChoice choice = exporter.records().fields();
        if (exporter.preset().wantsInterfaces()
                && exporter.records().interfaces() == null
                && feeding.stream().anyMatch(stack -> stack.source().tellsOfFlows() && !stack.knowsInterfaces())) {
            place.error(missing(exporter.preset()));
        }
        if (feeding.isEmpty() || feeding.stream().anyMatch(StackConfig::knowsInterfaces)) {
            return;
        }
        String unfilled = choice.fields().stream()
                .filter(field -> field.presence() == FlowField.Presence.INTERFACES)
                .filter(field -> exporter.records().interfaces() == null || field == FlowField.flowDirection)
                .map(FlowField::name)
                .collect(Collectors.joining(", "));
        if (choice.profile() == FieldProfile.LISTED && !unfilled.isEmpty()) {
            place.warning("records will be without " + unfilled + NO_INTERFACES);
        }
        FlowExpression filter = exporter.filter();
        if (filter != null && filter.readsMarkInterfaces() && !choice.profile().isOfEvents()) {
            place.warning("interfaces and direction are 0 in its filter" + NO_INTERFACES);
        }
    }
}
