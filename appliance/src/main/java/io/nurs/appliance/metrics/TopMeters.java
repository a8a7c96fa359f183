package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.nurs.appliance.config.TopConfig;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.traffic.TopList;
import io.nurs.appliance.traffic.TopWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The addresses and ports with most octets in the last window that is over; the only labels that hold addresses. */
final class TopMeters implements Part {
    private final ConntrackSource source;
    private final Meters meters;
    private final MultiGauge sources;
    private final MultiGauge destinations;
    private final MultiGauge ports;
    private @Nullable TopWindow shown;

    TopMeters(MeterRegistry registry, ConntrackSource source, TopConfig config) {
        this.source = source;
        Tags tags = ApplianceMetrics.tags(source.sourceName(), source.reader());
        this.meters = new Meters(registry, tags);
        this.sources = gauge(registry, tags, "source", "Octets that an address sent");
        this.destinations = gauge(registry, tags, "destination", "Octets that an address was sent");
        this.ports = gauge(registry, tags, "port", "Octets, both ways, of flows that went to a port");
        meters.gauge(
                "nurs.top.window",
                "bytes",
                "Octets of all reports in the last window.",
                () -> shown == null ? Double.NaN : shown.octets());
        error("source", TopWindow::sources);
        error("destination", TopWindow::destinations);
        error("port", TopWindow::ports);
        source.beginTop(config.k(), config.counters(), config.interval());
    }

    private static MultiGauge gauge(MeterRegistry registry, Tags tags, String kind, String what) {
        return MultiGauge.builder("nurs.top." + kind)
                .baseUnit("bytes")
                .description(what + " in the last window, for those with most.")
                .tags(tags)
                .register(registry);
    }

    private void error(String kind, Function<TopWindow, TopList> list) {
        meters.gauge(
                "nurs.top.error",
                "bytes",
                "By so much at most is any figure of the kind too high, and is none missing that is higher.",
                () -> shown == null ? Double.NaN : list.apply(shown).errorOctets(),
                "kind",
                kind);
    }

    @Override
    public void refresh() {
        TopWindow window = source.traffic().topWindow();
        if (!Objects.equals(window, shown)) {
            shown = window;
            show(window);
        }
    }

    private void show(@Nullable TopWindow window) {
        sources.register(window == null ? List.of() : addresses(window.sources()), true);
        destinations.register(window == null ? List.of() : addresses(window.destinations()), true);
        ports.register(window == null ? List.of() : ports(window.ports()), true);
    }

    private static List<Row<?>> addresses(TopList list) {
        List<Row<?>> rows = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            rows.add(Row.of(Tags.of("address", TopNames.address(list.high()[i], list.low()[i])), list.octets()[i]));
        }
        return rows;
    }

    private static List<Row<?>> ports(TopList list) {
        List<Row<?>> rows = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            long key = list.low()[i];
            rows.add(Row.of(Tags.of("protocol", TopNames.protocol(key), "port", TopNames.port(key)), list.octets()[i]));
        }
        return rows;
    }

    @Override
    public void close() {
        source.endTop();
        show(null);
        meters.close();
    }
}
