package io.nurs.appliance.collect;

import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What there was in all. */
public final class Tally {
    private final Map<ComplaintKind, Long> complaints = new EnumMap<>(ComplaintKind.class);
    private long netflow5Datagrams;
    private long netflow9Packets;
    private long ipfixMessages;
    private long exporters;
    private long forgotten;
    private long flows;
    private long options;
    private long templates;
    private long lostPackets;
    private long lostFlows;
    private long lostRecords;

    Tally() {}

    void countExporter() {
        exporters++;
    }

    void count(DecodedMessage message) {
        switch (message.version()) {
            case Version.NETFLOW5 -> netflow5Datagrams++;
            case Version.NETFLOW9 -> netflow9Packets++;
            default -> ipfixMessages++;
        }
        templates += message.templates().size();
        for (DecodeAnomaly anomaly : message.anomalies()) {
            switch (anomaly) {
                case DecodeAnomaly.SequenceGap gap -> countLost(message.version(), AnomalyFindings.missing(gap));
                case DecodeAnomaly.SequenceLate late -> countLost(message.version(), -GapWatch.counted(message));
                default -> {}
            }
        }
    }

    /** Or found again, if it is less than 0. */
    private void countLost(int version, long count) {
        switch (version) {
            case Version.NETFLOW5 -> lostFlows = Math.max(0, lostFlows + count);
            case Version.NETFLOW9 -> lostPackets = Math.max(0, lostPackets + count);
            default -> lostRecords = Math.max(0, lostRecords + count);
        }
    }

    void countForgotten(long count) {
        forgotten += count;
    }

    void countRecord(boolean isOptions) {
        options += isOptions ? 1 : 0;
        flows += isOptions ? 0 : 1;
    }

    void countComplaint(ComplaintKind kind) {
        complaints.merge(kind, 1L, Long::sum);
    }

    public long messages() {
        return netflow5Datagrams + netflow9Packets + ipfixMessages;
    }

    public long records() {
        return flows + options;
    }

    public long complaints() {
        return complaints.values().stream().mapToLong(Long::longValue).sum();
    }

    public long complaints(ComplaintKind kind) {
        return complaints.getOrDefault(kind, 0L);
    }

    public long exporters() {
        return exporters;
    }

    /** For people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        String netflow5 = netflow5Datagrams > 0 ? netflow5Datagrams + " datagrams of NetFlow v5, " : "";
        lines.add("%s%d packets of NetFlow v9, %d messages of IPFIX, of %d exporters' domains"
                .formatted(netflow5, netflow9Packets, ipfixMessages, exporters));
        lines.add("%d flow records, %d option records, %d templates".formatted(flows, options, templates));
        String flows5 = netflow5Datagrams > 0 ? lostFlows + " records of NetFlow v5, " : "";
        lines.add("lost by sequence: %s%d packets of NetFlow v9, %d records of IPFIX"
                .formatted(flows5, lostPackets, lostRecords));
        if (forgotten > 0) {
            lines.add(forgotten + " of them were forgotten to make room for others, and may have been counted twice;"
                    + " --max-senders is for that");
        }
        lines.add("complaints: " + complaints());
        complaints.forEach((kind, count) -> lines.add("  %-22s %6d".formatted(kind, count)));
        return lines;
    }
}
