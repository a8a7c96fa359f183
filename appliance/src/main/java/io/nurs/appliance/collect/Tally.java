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
    private long netflow9Packets;
    private long ipfixMessages;
    private long exporters;
    private long forgotten;
    private long flows;
    private long options;
    private long templates;
    private long lostPackets;
    private long lostRecords;

    Tally() {}

    void countExporter() {
        exporters++;
    }

    void count(DecodedMessage message) {
        boolean isNetflow9 = message.version() == Version.NETFLOW9;
        netflow9Packets += isNetflow9 ? 1 : 0;
        ipfixMessages += isNetflow9 ? 0 : 1;
        templates += message.templates().size();
        for (DecodeAnomaly anomaly : message.anomalies()) {
            switch (anomaly) {
                case DecodeAnomaly.SequenceGap gap -> countLost(isNetflow9, AnomalyFindings.missing(gap));
                case DecodeAnomaly.SequenceLate late -> countLost(isNetflow9, -GapWatch.counted(message));
                default -> {}
            }
        }
    }

    /** Or found again, if it is less than 0. */
    private void countLost(boolean isNetflow9, long count) {
        lostPackets = Math.max(0, lostPackets + (isNetflow9 ? count : 0));
        lostRecords = Math.max(0, lostRecords + (isNetflow9 ? 0 : count));
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
        return netflow9Packets + ipfixMessages;
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
        lines.add("%d packets of NetFlow v9, %d messages of IPFIX, of %d exporters' domains"
                .formatted(netflow9Packets, ipfixMessages, exporters));
        lines.add("%d flow records, %d option records, %d templates".formatted(flows, options, templates));
        lines.add(
                "lost by sequence: %d packets of NetFlow v9, %d records of IPFIX".formatted(lostPackets, lostRecords));
        if (forgotten > 0) {
            lines.add(forgotten + " of them were forgotten to make room for others, and may have been counted twice;"
                    + " --max-senders is for that");
        }
        lines.add("complaints: " + complaints());
        complaints.forEach((kind, count) -> lines.add("  %-22s %6d".formatted(kind, count)));
        return lines;
    }
}
