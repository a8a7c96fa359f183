package io.nurs.appliance.status;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.StackConfig;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.output.SpoolStats;
import io.nurs.appliance.policy.VerdictStats;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackEventStats;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.appliance.source.CounterSource;
import io.nurs.appliance.source.NfacctSource;
import io.nurs.appliance.source.NflogSource;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.NftablesStats;
import io.nurs.appliance.source.PacketSource;
import io.nurs.appliance.source.PacketStats;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.PolledStats;
import io.nurs.appliance.source.QueueState;
import io.nurs.appliance.source.Source;
import io.nurs.appliance.status.StatusReport.CollectorStatus;
import io.nurs.appliance.status.StatusReport.EventSourceStatus;
import io.nurs.appliance.status.StatusReport.NftablesStatus;
import io.nurs.appliance.status.StatusReport.PacketStatus;
import io.nurs.appliance.status.StatusReport.PolledStatus;
import io.nurs.appliance.status.StatusReport.QueueStatus;
import io.nurs.appliance.status.StatusReport.SourceStatus;
import io.nurs.appliance.status.StatusReport.SpoolStatus;
import io.nurs.appliance.status.StatusReport.StackStatus;
import io.nurs.netlink.NetlinkStats;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts one report together. */
final class StatusReporter {
    private final Appliance appliance;
    private final ApplianceConfig config;
    private final StatusWatch watch;
    private final Findings findings;
    private final List<SourceStatus> sources = new ArrayList<>();
    private final List<PolledStatus> polled = new ArrayList<>();
    private final List<EventSourceStatus> events = new ArrayList<>();
    private final List<QueueStatus> queues = new ArrayList<>();
    private final List<PacketStatus> packets = new ArrayList<>();
    private final List<CollectorStatus> collectors = new ArrayList<>();

    StatusReporter(Appliance appliance, StatusWatch watch, long nowMillis) {
        this.appliance = appliance;
        this.config = appliance.config();
        this.watch = watch;
        this.findings = new Findings(nowMillis);
    }

    StatusReport report(
            String version,
            long nowMillis,
            long startedMillis,
            long loadedMillis,
            long reloads,
            @Nullable ReloadOutcome lastReload) {
        List<Source> readers = appliance.sources();
        for (SourceConfig source : config.sources()) {
            for (int reader = 0; reader < source.readers(); reader++) {
                ofReader(source, reader, readers);
            }
        }
        findings.ofConfiguration(config.warnings());
        if (lastReload != null) {
            findings.ofReload(lastReload);
        }
        return new StatusReport(
                version,
                nowMillis,
                startedMillis,
                loadedMillis,
                reloads,
                lastReload,
                config.stacks().stream().map(StatusReporter::stack).toList(),
                sources,
                polled,
                events,
                queues,
                packets,
                collectors,
                findings.sorted());
    }

    /** A reload may be under way: what belongs together is known by its name. */
    private void ofReader(SourceConfig config, int reader, List<Source> running) {
        running.stream()
                .filter(live -> live.sourceName().equals(config.name()) && live.reader() == reader)
                .findFirst()
                .ifPresentOrElse(live -> ofReader(config, reader, live), () -> findings.ofMissing(config.name()));
    }

    private void ofReader(SourceConfig config, int reader, Source live) {
        SourceLook look = watch.of(live);
        switch (live) {
            case ConntrackSource conntrack -> {
                // While one gives way to another kind of the same name, the configuration is the other's.
                if (config instanceof ConntrackSourceConfig its) {
                    SourceStatus status = source(its, conntrack, look);
                    sources.add(status);
                    findings.of(status, conntrack, its, look);
                }
            }
            case ConntrackEventSource source -> {
                EventSourceStatus status = events(source, look);
                events.add(status);
                findings.of(status, source, look);
            }
            case PolledSource source -> {
                PolledStatus status = polled(source, look);
                polled.add(status);
                findings.of(status, source.stats(), look);
            }
            case NfqueueSource queue -> {
                if (config instanceof NfqueueSourceConfig its) {
                    QueueStatus status = queue(its, queue, look);
                    queues.add(status);
                    findings.of(status, look);
                }
            }
            case PacketSource source -> {
                PacketStatus status = packets(source, look);
                packets.add(status);
                findings.of(status, source, look);
            }
        }
        this.config.stacks().stream()
                .filter(stack -> stack.source().equals(config))
                .flatMap(stack -> stack.exporters().stream())
                .distinct()
                .forEach(exporter -> ofExporter(exporter, config, reader, live));
    }

    private void ofExporter(ExporterConfig exporter, SourceConfig source, int reader, Source live) {
        switch (exporter) {
            case FlowExporterConfig flows -> {
                long domain = config.observationDomain(source, flows, reader);
                appliance.collectors().stream()
                        .filter(collector ->
                                collector.name().equals(flows.name()) && collector.observationDomain() == domain)
                        .findFirst()
                        .ifPresent(collector -> {
                            CollectorLook look = watch.of(collector);
                            CollectorStatus status = collector(flows, collector, live.name(), look);
                            collectors.add(status);
                            findings.of(status, flows.destination(), look);
                        });
            }
        }
    }

    private static StackStatus stack(StackConfig stack) {
        return new StackStatus(
                stack.name(),
                stack.source().name(),
                stack.filters().size(),
                stack.distribution().toString(),
                stack.exporters().stream().map(ExporterConfig::name).toList());
    }

    private static SourceStatus source(ConntrackSourceConfig config, ConntrackSource live, SourceLook look) {
        ConntrackStats stats = live.stats();
        NetlinkStats events = live.events().stats();
        NetlinkStats dumps = live.requests().stats();
        boolean bound = live.events().isOpen() && live.requests().isOpen();
        return new SourceStatus(
                live.name(),
                live.namespace().toString(),
                config.accounting().toString(),
                config.delivery().toString(),
                bound,
                bound && look.secondsSinceTurn() < Findings.STUCK_SECONDS,
                config.delivery() == Delivery.RELIABLE && live.isReliable(),
                events.messages() + dumps.messages(),
                events.bytes() + dumps.bytes(),
                stats.unreadable(),
                stats.lostEvents(),
                stats.lastLostMillis(),
                stats.reported(),
                stats.dumps(),
                stats.failedDumps(),
                live.lag().count() == 0 ? -1 : live.lag().mostMillis() / 1e3,
                live.tableEntries(),
                live.maxTableEntries(),
                live.latestLedger());
    }

    private static PolledStatus polled(PolledSource source, SourceLook look) {
        PolledStats stats = source.stats();
        boolean bound = source.isBound();
        return new PolledStatus(
                source.name(),
                switch (source) {
                    case NfacctSource nfacct -> "nfacct";
                    case CounterSource counters -> "conntrack-stats";
                    case NftablesSource nftables -> "nftables";
                },
                source.namespace().toString(),
                source.interval().toSeconds(),
                bound,
                bound && look.secondsSinceTurn() < Findings.STUCK_SECONDS,
                stats.readings(),
                stats.failed(),
                stats.passedOver(),
                stats.lastReadingMillis(),
                stats.objects(),
                stats.reported(),
                stats.quotaEvents(),
                stats.zeroed(),
                source instanceof NftablesSource nftables ? told(nftables) : null);
    }

    private static NftablesStatus told(NftablesSource source) {
        NftablesStats stats = source.nftables();
        return new NftablesStatus(
                stats.changes(), stats.unattributed(), stats.transactions(), stats.steps(), stats.lost());
    }

    private static EventSourceStatus events(ConntrackEventSource source, SourceLook look) {
        ConntrackEventStats stats = source.stats();
        boolean bound = source.isBound();
        return new EventSourceStatus(
                source.name(),
                source.namespace().toString(),
                source.kinds(),
                bound,
                bound && look.secondsSinceTurn() < Findings.STUCK_SECONDS,
                source.isReliable(),
                stats.created(),
                stats.updated(),
                stats.destroyed(),
                stats.lostEvents(),
                stats.lastLostMillis(),
                stats.unreadable());
    }

    private static QueueStatus queue(NfqueueSourceConfig config, NfqueueSource source, SourceLook look) {
        VerdictStats stats = source.decided();
        QueueState kernel = look.queue();
        boolean bound = source.isBound() && (kernel == null || !source.isLost(kernel));
        return new QueueStatus(
                source.name(),
                source.number(),
                source.namespace().toString(),
                config.policy().toString(),
                config.failOpen(),
                bound,
                bound && look.secondsSinceTurn() < Findings.STUCK_SECONDS,
                stats.packets(),
                stats.octets(),
                stats.accepted(),
                stats.dropped(),
                stats.repeated(),
                stats.stopped(),
                stats.requeued(),
                stats.changed(),
                stats.unchangeable(),
                source.refused(),
                stats.failed(),
                stats.loops(),
                stats.missed(),
                config.maxLength(),
                kernel == null ? -1 : kernel.waiting(),
                kernel == null ? -1 : kernel.dropped(),
                kernel == null ? -1 : kernel.userDropped());
    }

    private static PacketStatus packets(PacketSource source, SourceLook look) {
        PacketStats stats = source.stats();
        boolean bound = source.isBound();
        return new PacketStatus(
                source.name(),
                switch (source) {
                    case NflogSource nflog -> "nflog";
                    case NfqueueSource queue -> "nfqueue";
                },
                source.namespace().toString(),
                source.number(),
                bound,
                bound && look.secondsSinceTurn() < Findings.STUCK_SECONDS,
                stats.packets(),
                stats.octets(),
                stats.lostEvents(),
                stats.gaps(),
                stats.lastLostMillis());
    }

    private static CollectorStatus collector(
            FlowExporterConfig config, Collector collector, String source, CollectorLook look) {
        boolean up = collector.isUp();
        return new CollectorStatus(
                collector.name(),
                source,
                collector.observationDomain(),
                config.title(),
                config.destination().toString(),
                up,
                collector.encoded().flowRecords(),
                collector.encoded().datagrams(),
                collector.encoded().bytes(),
                collector.lostMessages(),
                collector.lostRecords(),
                collector.notSent().flows(),
                collector.notSendable().flows(),
                collector.notSent().lastMillis(),
                collector.encoded().templates(),
                look.templates.millis(),
                collector.stats().sendErrors(),
                collector.stats().connections(),
                up ? "" : plain(collector.stats().lastFailure()),
                spool(collector.spooled()));
    }

    /** Without what Netty says of the system call. */
    private static String plain(String failure) {
        return failure.replaceFirst("^.*failed with error\\(-?[0-9]+\\): ", "");
    }

    private static @Nullable SpoolStatus spool(@Nullable SpoolStats stats) {
        return stats == null
                ? null
                : new SpoolStatus(
                        stats.backlogBytes(),
                        stats.spooledMessages(),
                        stats.replayedMessages(),
                        stats.droppedMessages(),
                        stats.outages());
    }
}
