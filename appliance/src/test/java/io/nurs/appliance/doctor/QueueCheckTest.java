package io.nurs.appliance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.Finding;
import io.nurs.appliance.Finding.Level;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.doctor.SocketOwners.Owner;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.source.QueueState;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
class QueueCheckTest {
    private static final Owner NURSD = new Owner(1, "nursd", true);

    private static List<Level> levels(List<Finding> findings) {
        return findings.stream().map(Finding::level).toList();
    }

    @Test
    void saysWhoHasAQueueAndWhetherRulesLeadThere() throws Exception {
        Requires.tools("iptables");
        try (Lab lab = Lab.open()) {
            String yaml = "stacks: [{ name: gate, source: { type: nfqueue, namespace: " + lab.router()
                    + ", queues: 5 }, exporters: [] }]";
            NfqueueSourceConfig source = (NfqueueSourceConfig)
                    ConfigLoader.parse("test.yaml", yaml).sources().getFirst();
            Place place = Place.of(source);
            assertEquals(List.of(Level.OK, Level.WARN), levels(QueueCheck.findings(place, source, false)));
            assertEquals(
                    "nobody has it: packets for it pass with --queue-bypass in their rule, and are dropped without",
                    QueueCheck.findings(place, source, true).getFirst().what());
            Subject subject = Subject.start(yaml);
            try {
                lab.inRouter("iptables", "-w", "-A", "FORWARD", "-j", "NFQUEUE", "--queue-balance", "4:6");
                List<Finding> findings = QueueCheck.findings(place, source, true);
                // This is a Java program, but no nursd.
                assertTrue(findings.getFirst().what().startsWith("belongs to java (pid "), findings::toString);
                assertTrue(findings.get(1).what().startsWith("without --queue-bypass"), findings::toString);
            } finally {
                subject.close();
            }
            lab.inRouter("iptables", "-w", "-F", "FORWARD");
            lab.inRouter("iptables", "-w", "-A", "FORWARD", "-j", "NFQUEUE", "--queue-num", "5", "--queue-bypass");
            assertEquals(List.of(Level.OK, Level.OK), levels(QueueCheck.findings(place, source, false)));
            for (String rule : List.of("queue flags bypass to 4-6", "queue num 5 bypass")) {
                assertEquals(
                        List.of(Level.OK), levels(QueueCheck.ofRules(place, source, "\t\tudp dport 7 " + rule, "")));
            }
            assertEquals(List.of(Level.WARN), levels(QueueCheck.ofRules(place, source, "\t\tudp dport 7 accept", "")));
        }
    }

    @Test
    void aQueueThatFillsIsWarnedOf() {
        assertEquals(
                Level.OK,
                QueueCheck.of("q", new QueueState(5, 1, 79, 0, 0, 9), NURSD, 100)
                        .level());
        assertEquals(
                Level.WARN,
                QueueCheck.of("q", new QueueState(5, 1, 80, 0, 0, 9), NURSD, 100)
                        .level());
        assertEquals(
                Level.WARN,
                QueueCheck.of("q", new QueueState(5, 1, 0, 1, 0, 9), null, 100).level());
    }
}
