package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.nurs.appliance.source.ConntrackCounter;
import io.nurs.appliance.source.CounterSource;
import io.nurs.appliance.source.NfacctSource;
import io.nurs.appliance.source.NftablesNames;
import io.nurs.appliance.source.NftablesObject;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.NftablesStats;
import io.nurs.appliance.source.ObjectTotals;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.PolledStats;
import io.nurs.netlink.nftables.NftablesAttribute;
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
        } else if (source instanceof NftablesSource nftables) {
            bindNftables(nftables);
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

    private void bindNftables(NftablesSource nftables) {
        PolledStats stats = nftables.stats();
        NftablesStats told = nftables.nftables();
        meters.gauge(
                "nurs.nftables.objects",
                "objects",
                "Named counters and quotas at the last reading. Of 200 at most the counts are among the metrics.",
                stats::objects);
        meters.counter(
                "nurs.nftables.quota.events",
                "events",
                "Times that a quota was told to be used up.",
                stats::quotaEvents);
        meters.counter(
                "nurs.nftables.zeroed",
                "times",
                "Times that a counter or quota was below what was reported: another program had set it to zero.",
                stats::zeroed);
        meters.counter(
                "nurs.nftables.changes", "changes", "Changes of the rule set handed to the stacks.", told::changes);
        meters.counter(
                "nurs.nftables.changes.unattributed",
                "changes",
                "Changes of which nobody knows whose they are.",
                told::unattributed);
        meters.counter(
                "nurs.nftables.transactions", "transactions", "Transactions of the rule set.", told::transactions);
        meters.counter(
                "nurs.nftables.transactions.missed",
                "transactions",
                "Transactions that the kernel could not tell of, or of their end.",
                told::missedTransactions);
        meters.counter(
                "nurs.nftables.texts.missing", "changes", "Rules whose text could not be read.", told::textsMissing);
        meters.counter("nurs.nftables.steps", "steps", "Steps of traced packets handed to the stacks.", told::steps);
    }

    @Override
    public void refresh() {
        switch (source) {
            case NfacctSource nfacct -> refresh(nfacct.reported());
            case NftablesSource nftables -> refresh(nftables.reported());
            case CounterSource counters ->
                counters.sums()
                        .keySet()
                        .forEach(counter -> named.computeIfAbsent(counter, absent -> of(counters, counter)));
        }
    }

    private void refresh(Map<?, ObjectTotals.Reported> objects) {
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

    private Meters of(Object key, ObjectTotals.Reported object) {
        return key instanceof NftablesObject counter ? of(counter, object) : of(key.toString(), object);
    }

    /** A quota has octets alone. */
    private Meters of(NftablesObject key, ObjectTotals.Reported object) {
        Meters own = meters();
        String[] tags = {
            "family", NftablesNames.family(key.family()), "table", key.table(), "name", key.name(),
        };
        if (key.type() == NftablesAttribute.NFT_OBJECT_QUOTA) {
            own.counter(
                    "nurs.nftables.quota", "bytes", "Octets reported that a quota has consumed.", object::octets, tags);
        } else {
            own.counter(
                    "nurs.nftables.packets", "packets", "Packets reported of a named counter.", object::packets, tags);
            own.counter(
                    "nurs.nftables",
                    "bytes",
                    "Octets reported of a named counter, IP headers included.",
                    object::octets,
                    tags);
        }
        return own;
    }

    private Meters of(String name, ObjectTotals.Reported object) {
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
