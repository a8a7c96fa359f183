package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds domains that two senders would share at one collector: RFC 3954 §5.1 counts the sequence per source id, so the collector would
 * see two interleaved sequences, and report loss where there is none.
 */
final class ObservationDomains {
    private ObservationDomains() {}

    /** Domains first to last, one for each reader of each source, at one collector. */
    private record Range(FlowExporterConfig exporter, long last) {
        long first() {
            return exporter.observationDomain();
        }

        boolean overlaps(Range other) {
            return first() <= other.last && other.first() <= last && isSamePlace(other);
        }

        private boolean isSamePlace(Range other) {
            return exporter.destination() instanceof CollectorDestination here
                    && other.exporter.destination() instanceof CollectorDestination there
                    && here.isSameAs(there);
        }

        String print() {
            return first() == last
                    ? "domain " + first()
                    : "domains " + first() + " to " + last + " (one for each reader of each source)";
        }
    }

    static void check(List<StackConfig> stacks, NamedParts<ExporterConfig> exporters) {
        List<Range> ranges = new ArrayList<>();
        exporters.forEach((place, exporter) -> {
            switch (exporter) {
                case FlowExporterConfig flows -> check(place, range(stacks, flows), ranges);
            }
        });
    }

    private static void check(YamlValue place, Range range, List<Range> ranges) {
        long max = range.exporter.protocol().maxDomain();
        if (range.last > max) {
            place.error("observation-domain " + range.first() + " leaves no room: " + (range.last - range.first() + 1)
                    + " readers of sources use this exporter, one domain each, and the last domain is "
                    + max);
        }
        for (Range other : ranges) {
            if (range.overlaps(other)) {
                place.error("sends " + range.print() + " to " + range.exporter.destination() + ", and exporter "
                        + ScalarText.quote(other.exporter.name()) + " sends " + other.print()
                        + " there: the collector would mix up their sequences; set observation-domain to "
                        + (other.last + 1) + " here");
            }
        }
        ranges.add(range);
    }

    private static Range range(List<StackConfig> stacks, FlowExporterConfig exporter) {
        int readers = ApplianceConfig.readers(ApplianceConfig.sourcesOf(stacks, exporter));
        return new Range(exporter, exporter.observationDomain() + Math.max(readers, 1) - 1);
    }
}
