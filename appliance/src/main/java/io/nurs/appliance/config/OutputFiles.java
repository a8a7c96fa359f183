package io.nurs.appliance.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds files that two exporters would write over each other. */
final class OutputFiles {
    private OutputFiles() {}

    static void check(List<StackConfig> stacks, NamedParts<ExporterConfig> exporters) {
        Map<Path, String> writers = new HashMap<>();
        exporters.forEach((place, exporter) -> {
            switch (exporter) {
                case FlowExporterConfig flows -> {
                    FileDestination file = flows.destination().file();
                    if (file != null) {
                        check(place, stacks, flows, file, writers);
                    }
                }
            }
        });
    }

    private static void check(
            YamlValue place,
            List<StackConfig> stacks,
            FlowExporterConfig exporter,
            FileDestination file,
            Map<Path, String> writers) {
        int readers = Math.max(1, ApplianceConfig.readers(ApplianceConfig.sourcesOf(stacks, exporter)));
        long first = exporter.observationDomain();
        for (long domain = first; domain < first + readers; domain++) {
            Path path = file.path(domain, first);
            String other = writers.putIfAbsent(path.normalize(), exporter.name());
            if (other != null) {
                place.error("writes to " + (file.isStdout() ? file : path) + ", and so does exporter "
                        + ScalarText.quote(other) + "; give each a file of its own");
                return;
            }
        }
        if (file.isStdout() && readers > 1) {
            place.error("several readers of sources use this exporter, and standard output takes the messages of one;"
                    + " write to files, of which each reader has its own");
        }
    }
}
