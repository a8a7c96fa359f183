package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The meters of one part of the appliance, with what they have in common, which come and go with it. */
final class Meters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Tags common;
    private final List<Meter> meters = new ArrayList<>();
    /** Micrometer keeps only weak references to what its counters read. */
    private final List<Object> read = new ArrayList<>();

    Meters(MeterRegistry registry, Tags common) {
        this.registry = registry;
        this.common = common;
    }

    /** A total that never goes back while the part is there. */
    void counter(String name, String unit, String help, LongSupplier value, String... tags) {
        read.add(value);
        meters.add(FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                .baseUnit(unit)
                .description(help)
                .tags(common.and(tags))
                .register(registry));
    }

    /** @param unit null for a state that is 0 or 1 */
    void gauge(String name, @Nullable String unit, String help, DoubleSupplier value, String... tags) {
        meters.add(Gauge.builder(name, value::getAsDouble)
                .baseUnit(unit)
                .description(help)
                .tags(common.and(tags))
                .register(registry));
    }

    /** How many, and how long all of them took. */
    void timer(String name, String help, LongSupplier count, LongSupplier totalMillis) {
        read.add(count);
        meters.add(FunctionTimer.builder(
                        name, count, LongSupplier::getAsLong, all -> totalMillis.getAsLong(), TimeUnit.MILLISECONDS)
                .description(help)
                .tags(common)
                .register(registry));
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
        meters.clear();
        read.clear();
    }
}
