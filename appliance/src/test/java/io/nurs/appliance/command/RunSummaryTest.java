package io.nurs.appliance.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
class RunSummaryTest {
    @Test
    void saysHowManyRecordsNetflow5CouldNotSay() throws Exception {
        try (Lab lab = Lab.open();
                RecordingCollector collector = RecordingCollector.open();
                Subject subject = Subject.start("""
                        stacks: [{ name: flows, source: { type: conntrack, namespace: %s }, exporters: [old, new] }]
                        exporters:
                          old: { type: netflow5, collector: "127.0.0.1:%d" }
                          new: { type: netflow9, collector: "127.0.0.1:%d", observation-domain: 2 }
                        """.formatted(lab.router(), collector.port(), collector.port()))) {
            Server.start(lab);
            new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER6, Lab.PLAIN), 20_000, 3);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(3);
            subject.stop();
            List<String> lines = RunSummary.lines(subject.appliance());
            assertTrue(
                    lines.stream()
                            .anyMatch(line -> line.startsWith("exporter old: 0 records in 0 datagrams")
                                    && line.endsWith(", 0 records dropped, 6 not sendable by NetFlow v5")),
                    lines::toString);
            assertTrue(
                    lines.stream()
                            .anyMatch(line ->
                                    line.startsWith("exporter new: 6 records") && line.endsWith(", 0 records dropped")),
                    lines::toString);
        }
    }
}
