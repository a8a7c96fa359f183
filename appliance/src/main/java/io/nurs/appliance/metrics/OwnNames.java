package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Prometheus's names, in which our own metrics carry base units alone: {@code nurs_flows_seen_total}, not {@code …_flows_total}. */
final class OwnNames extends PrometheusNamingConvention {
    private static final Set<String> BASE_UNITS = Set.of("bytes", "seconds", "ratio");

    @Override
    public String name(String name, Meter.Type type, @Nullable String baseUnit) {
        boolean named = !name.startsWith("nurs.") || baseUnit == null || BASE_UNITS.contains(baseUnit);
        return super.name(name, type, named ? baseUnit : null);
    }
}
