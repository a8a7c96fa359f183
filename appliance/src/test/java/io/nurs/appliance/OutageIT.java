package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * nfcapd is ended under load, and begun again a minute later: what it missed was in the spool. Not part of {@code verify}: see
 * CONTRIBUTING.md for the command.
 */
@Tag("soak")
class OutageIT {
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("nurs.outage.seconds", 60));
    private static final Duration BEFORE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> PROTOCOLS = List.of("netflow9", "ipfix");
    private static final int FIRST_PORT = 10_000;
    /** nfcapd's socket buffer is small, and what it drops is not this exporter's loss. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final int FLOWS = 250;
    private static final int MOST_RECORDS_IN_MESSAGE = 41;
    private static final int PORT_ROUNDS = 200;

    @TempDir
    Path directory;

    private final List<Nfcapd> nfcapds = new ArrayList<>();
    private long rounds;

    @Test
    void nfcapdThatIsAwayForAMinuteMissesNothing() throws Exception {
        try (Lab lab = Lab.open()) {
            Server.start(lab);
            for (String protocol : PROTOCOLS) {
                nfcapds.add(lab.closing(Nfcapd.start(directory.resolve(protocol + "-before"))));
            }
            try (Subject subject = start(lab)) {
                List<Collector> collectors = subject.appliance().collectors();
                load(lab, subject, BEFORE);
                List<long[]> before = end();
                load(lab, subject, OUTAGE);
                assertTrue(collectors.stream().noneMatch(Collector::isUp), "nobody noticed");
                for (int i = 0; i < PROTOCOLS.size(); i++) {
                    nfcapds.set(
                            i,
                            lab.closing(Nfcapd.start(
                                    directory.resolve(PROTOCOLS.get(i) + "-after"),
                                    nfcapds.get(i).port())));
                }
                long begin = System.nanoTime();
                while (!collectors.stream().allMatch(Collector::isUp) || backlog()) {
                    assertTrue(
                            System.nanoTime() - begin < PATIENCE.toNanos(),
                            "not up again, with nothing left in the spool");
                    round(lab, subject);
                    Thread.sleep(PAUSE);
                }
                load(lab, subject, BEFORE);
                Wait.until("all has been exported", () -> lab.entries() == 0);
                subject.stop();
                List<long[]> after = end();
                for (int i = 0; i < PROTOCOLS.size(); i++) {
                    assertComplete(lab, collectors.get(i), before.get(i), after.get(i));
                }
            }
        }
    }

    private Subject start(Lab lab) throws Exception {
        return Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 1d }
                    exporters: [netflow9, ipfix]
                exporters:
                  netflow9: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 50ms, spool: { directory: %s } }
                  ipfix: { type: ipfix, collector: "127.0.0.1:%d", flush-interval: 50ms, biflow: false, options: false,
                           spool: { directory: %s } }
                """.formatted(
                lab.router(), nfcapds.get(0).port(), directory, nfcapds.get(1).port(), directory));
    }

    private void load(Lab lab, Subject subject, Duration duration) throws Exception {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            round(lab, subject);
            Thread.sleep(PAUSE);
        }
    }

    private void round(Lab lab, Subject subject) throws Exception {
        new Traffic(lab)
                .manyUdpFlows(
                        Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT + (int) (rounds % PORT_ROUNDS) * FLOWS, FLOWS);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(++rounds * FLOWS);
    }

    /** Segments go when all in them has been sent. */
    private boolean backlog() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".ipfix"));
        }
    }

    private List<long[]> end() throws Exception {
        List<long[]> sums = new ArrayList<>();
        for (Nfcapd nfcapd : nfcapds) {
            sums.add(nfcapd.endWithSums());
        }
        return sums;
    }

    /** Missing are at most as many messages as the exporter says may be lost; with none lost, the kernel's own counts. */
    private void assertComplete(Lab lab, Collector collector, long[] before, long[] after) throws Exception {
        long encoded = collector.encoded().flowRecords();
        assertEquals(rounds * FLOWS * 2, encoded, collector.name());
        long missing = encoded - before[0] - after[0];
        System.out.printf(
                "%s: %d records in %d messages, %d nfcapd had before and %d after an outage of %d s, %d are missing, at most %d"
                        + " messages were lost in flight%n",
                collector.name(),
                encoded,
                collector.encoded().datagrams(),
                before[0],
                after[0],
                OUTAGE.toSeconds(),
                missing,
                collector.lostMessages());
        assertTrue(
                missing >= 0 && missing <= collector.lostMessages() * MOST_RECORDS_IN_MESSAGE,
                collector.name() + " misses " + missing);
        if (missing == 0) {
            assertEquals(lab.forwarded(), new Counted(before[1] + after[1], before[2] + after[2]), collector.name());
        }
    }
}
