package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.nurs.appliance.source.ConntrackCounter;
import io.nurs.appliance.source.CounterSource;
import io.nurs.appliance.source.NfacctSource;
import io.nurs.appliance.source.NfacctTotals;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.PolledStats;
import java.util.HashMap;
import java.util.Map;

/** A source that asks at an interval: how that goes, and what it was told. */
final class PolledMeters implements Part {
    /** Names are the operator's, and each is a time series. */
    static final int MAX_NAMES = 200;

    private final MeterRegistry registry;
    private final PolledSource source;
    private final Meters meters;
    private final Map<Object, Meters> named = new HashMap<>();

    PolledMeters(MeterRegistry registry, PolledSource source) {
        this.registry = registry;
        this.source = source;
        this.meters = new Meters(registry, ApplianceMetrics.tags(source.sourceName(), source.reader()));
        source.channels().forEach((name, channel) -> NetlinkMeters.bind(meters, name, channel));
        PolledStats stats = source.stats();
        SourceMeters.bindUp(meters, source);
        meters.counter("nurs.readings", "readings", "Times that the kernel's counters were read.", stats::readings);
        meters.counter("nurs.readings.failed", "readings", "Readings refused or cut short.", stats::failed);
        meters.counter(
                "nurs.readings.passed.over",
                "readings",
                "Readings left out because the one before was under way: a collector took no more.",
                stats::passedOver);
        meters.counter("nurs.observations", "records", "Records of counters handed to the stacks.", stats::reported);
        if (source instanceof NfacctSource) {
            bindNfacct(stats);
        }
    }

    private void bindNfacct(PolledStats stats) {
        meters.gauge(
                "nurs.nfacct.objects",
                "objects",
                "Accounting objects at the last reading. Of 200 at most the counts are among the metrics.",
                stats::objects);
        meters.counter(
                "nurs.nfacct.quota.events", "events", "Times that a quota was told to be used up.", stats::quotaEvents);
        meters.counter(
                "nurs.nfacct.zeroed",
                "times",
                "Times that an object was below what was reported: another program had set it to zero.",
                stats::zeroed);
    }

    @Override
    public void refresh() {
        switch (source) {
            case NfacctSource nfacct -> refresh(nfacct.reported());
            case CounterSource counters ->
                counters.sums()
                        .keySet()
                        .forEach(counter -> named.computeIfAbsent(counter, absent -> of(counters, counter)));
        }
    }

    private void refresh(Map<String, NfacctTotals.Reported> objects) {
        named.entrySet().removeIf(entry -> {
            boolean gone = !objects.containsValue(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
        objects.forEach((name, object) -> {
            if (named.size() < MAX_NAMES) {
                named.computeIfAbsent(object, absent -> of(name, object));
            }
        });
    }

    private Meters of(String name, NfacctTotals.Reported object) {
        Meters own = meters();
        own.counter(
                "nurs.nfacct.packets",
                "packets",
                "Packets reported of an accounting object.",
                object::packets,
                "name",
                name);
        own.counter(
                "nurs.nfacct",
                "bytes",
                "Octets reported of an accounting object, IP headers included.",
                object::octets,
                "name",
                name);
        return own;
    }

    private Meters of(CounterSource counters, ConntrackCounter counter) {
        Meters own = meters();
        if (counter.isLevel()) {
            own.gauge(
                    "nurs.conntrack.level",
                    "entries",
                    "What conntrack-stats read of the table that goes up and down.",
                    () -> counters.sums().getOrDefault(counter, 0L),
                    "level",
                    counter.name());
        } else {
            own.counter(
                    "nurs.conntrack.stats",
                    "times",
                    "What conntrack-stats read of conntrack's counters, the sum over all CPUs.",
                    () -> counters.sums().getOrDefault(counter, 0L),
                    "counter",
                    counter.name());
        }
        return own;
    }

    private Meters meters() {
        return new Meters(registry, ApplianceMetrics.tags(source.sourceName(), source.reader()));
    }

    @Override
    public void close() {
        named.values().forEach(Meters::close);
        named.clear();
        meters.close();
    }
}
