package io.nurs.appliance.command;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.policy.VerdictStats;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackEventStats;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.NftablesStats;
import io.nurs.appliance.source.PacketSource;
import io.nurs.appliance.source.PacketStats;
import io.nurs.appliance.source.PolledSource;
import io.nurs.appliance.source.PolledStats;
import io.nurs.appliance.source.Source;
import java.util.ArrayList;
import java.util.List;

/** What a run did, one line a part: printed when it ends. */
final class RunSummary {
    private RunSummary() {}

    static List<String> lines(Appliance appliance) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (Source source : appliance.sources()) {
            lines.addAll(describe(source));
        }
        for (Collector collector : appliance.collectors()) {
            long notSendable = collector.notSendable().flows();
            lines.add("exporter %s: %d records in %d datagrams, %d bytes; %d messages lost, %d records dropped%s"
                    .formatted(
                            collector.name(),
                            collector.encoded().flowRecords(),
                            collector.encoded().datagrams(),
                            collector.encoded().bytes(),
                            collector.lostMessages(),
                            collector.notSent().flows(),
                            notSendable > 0 ? ", " + notSendable + " not sendable by NetFlow v5" : ""));
        }
        return lines;
    }

    private static List<String> describe(Source source) throws InterruptedException {
        return switch (source) {
            case ConntrackSource conntrack -> describe(conntrack);
            case ConntrackEventSource events -> List.of(describe(events.name(), events.stats()));
            case NftablesSource nftables -> List.of(describe(nftables.name(), nftables.stats()), describe(nftables));
            case PolledSource polled -> List.of(describe(polled.name(), polled.stats()));
            case NfqueueSource queue -> List.of(describe(queue));
            case PacketSource packets -> List.of(describe(packets.name(), packets.stats()));
        };
    }

    private static String describe(String name, ConntrackEventStats stats) {
        return "source %s: %d new, %d updates, %d destroyed; %d events lost, %d unreadable"
                .formatted(
                        name,
                        stats.created(),
                        stats.updated(),
                        stats.destroyed(),
                        stats.lostEvents(),
                        stats.unreadable());
    }

    private static String describe(NfqueueSource source) {
        VerdictStats stats = source.decided();
        return ("source %s: queue %d, %d packets: %d accepted, %d dropped, %d repeated, %d stopped, %d to other queues;"
                        + " %d changed, %d verdicts refused, %d failures, %d missed")
                .formatted(
                        source.name(),
                        source.number(),
                        stats.packets(),
                        stats.accepted(),
                        stats.dropped(),
                        stats.repeated(),
                        stats.stopped(),
                        stats.requeued(),
                        stats.changed(),
                        source.refused(),
                        stats.failed(),
                        stats.missed());
    }

    private static String describe(String name, PacketStats stats) {
        return "source %s: %d packets, %d lost in %d gaps"
                .formatted(name, stats.packets(), stats.lostEvents(), stats.gaps());
    }

    private static String describe(String name, PolledStats stats) {
        return "source %s: %d readings, %d failed, %d passed over; %d records, %d quotas used up, %d zeroed by others"
                .formatted(
                        name,
                        stats.readings(),
                        stats.failed(),
                        stats.passedOver(),
                        stats.reported(),
                        stats.quotaEvents(),
                        stats.zeroed());
    }

    private static String describe(NftablesSource source) {
        NftablesStats stats = source.nftables();
        return "source %s: %d changes in %d transactions, %d of nobody known; %d transactions missed; %d steps of traces; %d datagrams lost"
                .formatted(
                        source.name(),
                        stats.changes(),
                        stats.transactions(),
                        stats.unattributed(),
                        stats.missedTransactions(),
                        stats.steps(),
                        stats.lost());
    }

    private static List<String> describe(ConntrackSource source) throws InterruptedException {
        ConntrackStats stats = source.stats();
        return List.of(
                "source %s: %s".formatted(source.name(), source.ledger()),
                ("source %s: %d reports, %d dumps; %d duplicate ends, %d events lost, %d unreadable, %d in doubt,"
                                + " %d zeroed by others, %d times no room in the totals")
                        .formatted(
                                source.name(),
                                stats.reported(),
                                stats.dumps(),
                                stats.repeated(),
                                stats.lostEvents(),
                                stats.unreadable(),
                                stats.inDoubt(),
                                stats.zeroed(),
                                stats.untracked()));
    }
}
