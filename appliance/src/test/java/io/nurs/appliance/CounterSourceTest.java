package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.ObservationFact;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.CounterSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code type: conntrack-stats} on the real kernel, beside conntrack(8). */
class CounterSourceTest extends RouterTest {
    private static final Pattern FIGURE = Pattern.compile("([a-z_]+)=(\\d+)");

    // Elements of nurs.
    private static final int ID = 15;
    private static final int NAME = 16;
    private static final int TOTAL = 17;
    private static final int DELTA = 18;
    private static final int LEVEL = 19;
    private static final int CPU = 20;

    @TempDir
    Path directory;

    private Subject start(String options, String protocol, int port) throws Exception {
        return lab.closing(Subject.start("""
                stacks:
                  - name: counters
                    source: { type: conntrack-stats, namespace: %s, %s }
                    exporters: [main]
                exporters:
                  main: { type: %s, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(lab.router(), options, protocol, port)));
    }

    private static CounterSource source(Subject subject) {
        return assertInstanceOf(
                CounterSource.class, subject.appliance().sources().getFirst());
    }

    /** By counter and CPU, such as {@code drop/1}. */
    private Map<String, Long> conntrackS() throws Exception {
        Map<String, Long> counters = new TreeMap<>();
        lab.inRouter("conntrack", "-S").lines().forEach(line -> {
            Map<String, Long> row = new TreeMap<>();
            FIGURE.matcher(line).results().forEach(figure -> row.put(figure.group(1), Long.parseLong(figure.group(2))));
            Long cpu = row.remove("cpu");
            row.forEach((name, value) -> counters.put(name + "/" + cpu, value));
        });
        return counters;
    }

    private void makeEntries(int from, int count) throws Exception {
        for (int port = from; port < from + count; port++) {
            lab.inRouter("conntrack -I -p udp -s 192.0.2.1 -d 192.0.2.2 --sport %d --dport 9 -t 600"
                    .formatted(port)
                    .split(" ", -1));
        }
    }

    @Test
    void valuesAreThoseOfConntrackAndDeltasAddUp() throws Exception {
        makeEntries(1, 5);
        Map<String, Long> before = conntrackS();
        Subject subject = start("interval: 1d", "ipfix", collector.port());
        makeEntries(101, 3);
        subject.appliance().reportNow();
        Wait.until("a report", () -> source(subject).stats().readings() == 2);
        makeEntries(201, 4);
        new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 3, 100, 100);
        int entries = lab.entries();
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        Map<String, Long> after = conntrackS();

        Map<String, Long> totals = new TreeMap<>();
        Map<String, Long> deltas = new TreeMap<>();
        Map<String, Long> sums = new TreeMap<>();
        Map<String, Long> levels = new TreeMap<>();
        for (ObservationFact fact : ObservationFact.of(collector.messages())) {
            if (fact.has(LEVEL)) {
                levels.put(fact.text(NAME), fact.number(LEVEL));
            } else if (fact.has(CPU)) {
                totals.put(fact.text(NAME) + "/" + fact.number(CPU), fact.number(TOTAL));
                deltas.merge(fact.text(NAME) + "/" + fact.number(CPU), fact.number(DELTA), Long::sum);
            } else {
                sums.put(fact.text(NAME), fact.number(TOTAL));
                assertTrue(fact.number(ID) > 0);
            }
        }
        assertTrue(after.keySet().size() >= 10, after::toString);
        after.forEach((name, value) -> {
            assertEquals(value, totals.get(name), name);
            assertEquals(value - before.getOrDefault(name, 0L), deltas.get(name), name);
        });
        assertEquals(
                after.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("insert/"))
                        .mapToLong(Map.Entry::getValue)
                        .sum(),
                sums.get("insert"));
        assertEquals(12, sums.get("insert"));
        assertEquals(entries, levels.get("entries"));
        assertEquals(lab.sysctl("net.netfilter.nf_conntrack_max"), levels.get("max_entries"));
        assertTrue(sums.containsKey("expect_new"), sums::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void tsharkAndNfcapdReadWhatWeSendAndTakeItForNoTraffic(String protocol) throws Exception {
        makeEntries(1, 5);
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory)) {
            Subject subject = start("interval: 1d, per-cpu: false", protocol, nfcapd.port());
            subject.stop();
            long datagrams = subject.collector().encoded().datagrams();
            assertTrue(subject.collector().encoded().flowRecords() >= 12, "a record for each counter");

            assertEquals(
                    subject.collector().encoded().flowRecords(),
                    capture.endWithObservations(datagrams).size());
            assertEquals(
                    0,
                    nfcapd.endWithFlows(protocol.equals("netflow9")).stream()
                            .mapToLong(flow -> Math.max(0, Json.number(flow, "in_packets")))
                            .sum());
        }
    }
}
