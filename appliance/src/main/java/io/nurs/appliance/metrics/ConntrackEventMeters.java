package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackEventStats;
import java.util.function.LongSupplier;

/** A source of events: what it is told, and what it was not. */
final class ConntrackEventMeters implements Part {
    private final Meters meters;

    ConntrackEventMeters(MeterRegistry registry, ConntrackEventSource source) {
        this.meters = new Meters(registry, ApplianceMetrics.tags(source.sourceName(), source.reader()));
        source.channels().forEach((name, channel) -> NetlinkMeters.bind(meters, name, channel));
        ConntrackEventStats stats = source.stats();
        SourceMeters.bindUp(meters, source);
        SourceMeters.bindLost(meters, stats::lostEvents);
        if (source.isToBeReliable()) {
            SourceMeters.bindDelivery(meters, source::isReliable, source::timesGivenUp);
        }
        bind("new", stats::created);
        bind("update", stats::updated);
        bind("destroy", stats::destroyed);
    }

    private void bind(String event, LongSupplier count) {
        meters.counter(
                "nurs.conntrack.events",
                "events",
                "Events of entries of the connection table handed to the stacks.",
                count,
                "event",
                event);
    }

    @Override
    public void close() {
        meters.close();
    }
}
