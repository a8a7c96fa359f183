package io.nurs.appliance.config;

import java.util.List;
import java.util.stream.Collectors;

/** Finds fields that an operator has listed and that nothing will ever fill: those are left out of the records. */
final class InterfaceFields {
    private InterfaceFields() {}

    static void check(List<StackConfig> stacks, NamedParts<ExporterConfig> exporters) {
        exporters.forEach((place, exporter) -> {
            switch (exporter) {
                case FlowExporterConfig flows -> check(place, stacks, flows);
            }
        });
    }

    private static void check(YamlValue place, List<StackConfig> stacks, FlowExporterConfig exporter) {
        FieldChoice choice = exporter.records().fields();
        List<StackConfig> feeding = stacks.stream()
                .filter(stack -> stack.exporters().contains(exporter))
                .toList();
        boolean known = feeding.stream().anyMatch(StackConfig::knowsInterfaces);
        String unfilled = choice.fields().stream()
                .filter(field -> field.presence() == FlowField.Presence.INTERFACES)
                .map(FlowField::name)
                .collect(Collectors.joining(", "));
        if (choice.profile() == FieldProfile.LISTED && !feeding.isEmpty() && !known && !unfilled.isEmpty()) {
            place.warning("records will be without " + unfilled
                    + ": no stack of this exporter knows interfaces; give one the filter mark-interfaces");
        }
    }
}
