package io.nurs.appliance.command;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackStats;
import java.util.ArrayList;
import java.util.List;

/** What a run did, one line a part: printed when it ends. */
final class RunSummary {
    private RunSummary() {}

    static List<String> lines(Appliance appliance) {
        List<String> lines = new ArrayList<>();
        for (ConntrackSource source : appliance.sources()) {
            lines.add(describe(source));
        }
        for (Collector collector : appliance.collectors()) {
            lines.add("exporter %s: %d records in %d datagrams, %d bytes; %d send errors, %d records dropped"
                    .formatted(
                            collector.name(),
                            collector.encoded().records(),
                            collector.encoded().datagrams(),
                            collector.encoded().bytes(),
                            collector.stats().sendErrors(),
                            collector.encoded().droppedRecords()));
        }
        return lines;
    }

    private static String describe(ConntrackSource source) {
        ConntrackStats stats = source.stats();
        return "source %s: %d ended, %d dumps, %d reports, %d without traffic; %d events lost, %d repeated, %d unreadable"
                .formatted(
                        source.name(),
                        stats.ended(),
                        stats.dumps(),
                        stats.reported(),
                        stats.empty(),
                        stats.lostEvents(),
                        stats.repeated(),
                        stats.unreadable());
    }
}
