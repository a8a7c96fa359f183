package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackTable;
import io.nurs.appliance.source.ConntrackTable.Figure;
import io.nurs.appliance.source.CpuCounters;
import io.nurs.appliance.source.CpuCounters.Kind;
import java.util.Locale;

/** The connection table of a source's namespace, which all its readers share. */
final class TableMeters implements Part {
    private final Meters meters;
    private final ConntrackTable table;
    private final CpuCounters counters;
    private int boundCpus;

    TableMeters(MeterRegistry registry, ConntrackSource source) {
        this.meters = new Meters(registry, Tags.of("source", source.sourceName()));
        this.table = source.openTable();
        this.counters = source.cpuCounters();
        figure(Figure.COUNT, "entries", "entries", "Entries of the connection table.");
        figure(Figure.MAX, "max.entries", "entries", "How many entries there may be, nf_conntrack_max; 0 is no limit.");
        figure(
                Figure.BUCKETS,
                "buckets",
                "buckets",
                "Buckets of the hash table that all namespaces share, nf_conntrack_buckets.");
        sysctl(Figure.ACCT, "acct", "1 if new entries get counters.");
        sysctl(Figure.TIMESTAMP, "timestamp", "1 if new entries get times.");
        sysctl(
                Figure.EVENTS,
                "events",
                "1 if entries tell of their end, 2 if those do that were made while somebody listened, 0 if none does.");
        refresh();
    }

    private void figure(Figure figure, String name, String unit, String help) {
        if (table.has(figure)) {
            meters.gauge("nurs.conntrack." + name, unit, help, () -> table.read(figure));
        }
    }

    private void sysctl(Figure figure, String name, String help) {
        if (table.has(figure)) {
            meters.gauge(
                    "nurs.conntrack.sysctl." + name,
                    null,
                    "Sysctl net.netfilter.nf_conntrack_" + name + ": " + help,
                    () -> table.read(figure));
        }
    }

    @Override
    public void refresh() {
        while (boundCpus < counters.cpus()) {
            bindCpu(boundCpus++);
        }
    }

    private void bindCpu(int cpu) {
        for (Kind kind : Kind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            meters.counter(
                    "nurs.conntrack.cpu." + name,
                    "times",
                    help(kind) + " CTA_STATS_" + kind + ".",
                    () -> counters.total(cpu, kind),
                    "cpu",
                    Integer.toString(cpu));
        }
    }

    private static String help(Kind kind) {
        return switch (kind) {
            case FOUND -> "Looks into the table that met an entry while a translated tuple was sought.";
            case INVALID -> "Packets that no entry could be made of.";
            case INSERT_FAILED -> "Entries whose tuple was taken when their packet was to leave.";
            case DROP -> "Packets dropped because their entry could not be made or inserted.";
            case EARLY_DROP -> "Entries ended before their time to make room.";
            case ERROR -> "Packets with an error in them, of ICMP above all.";
            case SEARCH_RESTART -> "Searches begun again because the table was resized meanwhile.";
            case CLASH_RESOLVE -> "Entries that gave way to one that another packet of their flow had made meanwhile.";
            case CHAIN_TOOLONG -> "Entries that found too many in their bucket of the hash table.";
        };
    }

    @Override
    public void close() {
        meters.close();
        table.close();
    }
}
