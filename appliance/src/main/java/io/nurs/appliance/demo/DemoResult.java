package io.nurs.appliance.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What the demo claims to show.
 *
 * @param counter what counted independently of conntrack and of us
 * @param notes what the run had to do without
 */
public record DemoResult(
        String counter, long countedPackets, long countedOctets, DemoCollector.Totals exported, List<String> notes) {
    public DemoResult {
        notes = List.copyOf(notes);
    }

    /** Whether to the byte and the packet all that was counted was exported, in datagrams without a fault. */
    public boolean isExact() {
        return countedOctets == exported.octets()
                && countedPackets == exported.packets()
                && countedOctets > 0
                && exported.anomalies() == 0;
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>(notes);
        lines.add("");
        lines.add("%,d records, %d faults in the datagrams".formatted(exported.records(), exported.anomalies()));
        lines.add("kernel counted %,d packets, exported %,d packets".formatted(countedPackets, exported.packets()));
        lines.add("kernel counted %,d bytes, exported %,d bytes (%s)"
                .formatted(countedOctets, exported.octets(), counter));
        lines.add(isExact() ? "equal" : "NOT EQUAL");
        return lines;
    }
}
