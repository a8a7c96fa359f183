package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.lab.AccountingObjects;
import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.ObservationFact;
import io.nurs.appliance.lab.Scrape;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.metrics.ApplianceMetrics;
import io.nurs.appliance.source.NfacctSource;
import io.nurs.appliance.source.Source;
import io.nurs.flow.IanaElements;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code type: nfacct} on the real kernel, beside what nft, iptables and nfacct(8) count. */
class NfacctTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);

    // Elements of nurs.
    private static final int NAME = 9;
    private static final int FLAGS = 10;
    private static final int QUOTA = 11;
    private static final int USES = 12;
    private static final int PACKET_TOTAL = 13;
    private static final int OCTET_TOTAL = 14;

    private static final int OVERQUOTA = 4;

    /** Readings while traffic goes on, which it does in rounds of so many flows. */
    private static final int READINGS = 6;

    private static final int ROUNDS = 100;
    private static final int FLOWS = 200;

    @TempDir
    Path directory;

    private String yaml(String options, String protocol, int port) {
        return """
                stacks:
                  - name: acct
                    source: { type: nfacct, namespace: %s, %s }
                    exporters: [main]
                exporters:
                  main: { type: %s, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(lab.router(), options, protocol, port);
    }

    private Subject start(String options) throws Exception {
        return lab.closing(Subject.start(yaml(options, "ipfix", collector.port())));
    }

    private static NfacctSource source(Subject subject) {
        return assertInstanceOf(
                NfacctSource.class, subject.appliance().sources().getFirst());
    }

    private List<ObservationFact> facts() {
        return ObservationFact.of(collector.messages());
    }

    private static Counted all(Map<String, Counted> objects) {
        return objects.getOrDefault("all", new Counted(0, 0));
    }

    private Map<String, Counted> sums() {
        Map<String, Counted> sums = new TreeMap<>();
        for (ObservationFact fact : facts()) {
            if (fact.record().has(IanaElements.packetDeltaCount)) {
                sums.merge(
                        fact.text(NAME),
                        new Counted(
                                fact.record().unsigned(IanaElements.packetDeltaCount),
                                fact.record().unsigned(IanaElements.octetDeltaCount)),
                        Counted::plus);
            }
        }
        return sums;
    }

    /** More objects than fit into a datagram: a dump that zeroes loses counts of those at its end. */
    @Test
    void zeroingWhileTrafficGoesOnLosesNothing() throws Exception {
        List<String> names =
                IntStream.range(0, 300).mapToObj(i -> "object-" + i).toList();
        AccountingObjects objects = AccountingObjects.make(lab, names);
        traffic.udp(SERVER, 3, 100, 100);
        Subject subject = start("interval: 1s");
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> Wait.unchecked(() -> {
            for (int round = 0; round < ROUNDS && source(subject).stats().readings() < READINGS; round++) {
                traffic.manyUdpFlows(SERVER, 20_000 + round * FLOWS, FLOWS);
            }
            return true;
        }));
        while (!done.isDone()) {
            subject.appliance().reportNow();
            Thread.sleep(5);
        }
        done.join();
        lab.waitForQuiet();
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());

        Counted forwarded = lab.forwarded();
        Map<String, Counted> expected = new TreeMap<>();
        names.forEach(name -> expected.put(name, forwarded));
        assertTrue(forwarded.packets() > 2 * FLOWS, forwarded::toString);
        assertEquals(expected, sums());
        assertTrue(source(subject).stats().readings() >= READINGS, "several readings");
        assertEquals(new Counted(0, 0), objects.list().get("object-0"), "the last reading has zeroed too");
    }

    @Test
    void outputsWriteObjectsToo() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        Path json = directory.resolve("objects.json");
        Path csv = directory.resolve("objects.csv");
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: acct, source: { type: nfacct, namespace: %s, interval: 1s }, exporters: [json, csv] }
                exporters:
                  json: { type: json, file: { path: %s } }
                  csv: { type: csv, file: { path: %s } }
                """.formatted(lab.router(), json, csv)));
        traffic.udp(SERVER, 3, 100, 100);
        lab.waitForQuiet();
        subject.stop();

        List<Map<String, Object>> records =
                Json.objects("[" + String.join(",", Files.readAllLines(json)) + "]").stream()
                        .map(line -> Json.object(line.get("flow")))
                        .toList();
        assertEquals(
                lab.forwarded().packets(),
                records.stream()
                        .mapToLong(record -> Json.number(record, "packetDeltaCount"))
                        .sum());
        assertTrue(records.stream().allMatch(record -> "all".equals(record.get("acctName"))), records::toString);
        List<String> rows = Files.readAllLines(csv);
        int packets = List.of(rows.getFirst().split(",", -1)).indexOf("packetDeltaCount");
        assertEquals(
                lab.forwarded().packets(),
                rows.stream()
                        .skip(1)
                        .mapToLong(row -> Long.parseLong(row.split(",", -1)[packets]))
                        .sum());
    }

    @Test
    void totalsAreThoseThatNfacctListsAndDeltasAddUp() throws Exception {
        AccountingObjects objects = AccountingObjects.make(lab, List.of("all", "limited=1000"));
        traffic.udp(SERVER, 5, 100, 100);
        Counted before = all(objects.list());
        Subject subject = start("interval: 1s, zero: false");
        traffic.udp(SERVER, 7, 200, 300);
        lab.waitForQuiet();
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());

        Map<String, Counted> listed = objects.list();
        ObservationFact last = facts().getLast();
        Counted of = listed.get(last.text(NAME));
        assertEquals(of, new Counted(last.number(PACKET_TOTAL), last.number(OCTET_TOTAL)));
        assertEquals(1, last.number(USES));
        assertEquals(all(listed).minus(before), sums().get("all"));
        assertTrue(
                facts().stream()
                        .anyMatch(fact -> fact.text(NAME).equals("limited")
                                && fact.number(QUOTA) == 1000
                                && fact.number(FLAGS) == 1),
                "the quota is told");
        assertEquals(2, source(subject).stats().baseline());
    }

    @Test
    void whoeverZeroesBesideUsIsFoundOut() throws Exception {
        AccountingObjects objects = AccountingObjects.make(lab, List.of("all"));
        Subject subject = start("interval: 1d, zero: false");
        traffic.udp(SERVER, 5, 100, 100);
        subject.appliance().reportNow();
        Wait.until("a report", () -> source(subject).stats().readings() == 2);
        assertEquals(10, all(objects.listAndZero()).packets());
        traffic.udp(SERVER, 2, 100, 100);
        lab.waitForQuiet();
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());

        assertEquals(lab.forwarded(), sums().get("all"));
        assertEquals(1, source(subject).stats().zeroed());
    }

    @Test
    void aQuotaThatIsUsedUpIsToldOnceAndAtOnce() throws Exception {
        AccountingObjects.make(lab, List.of("limited=3"));
        Subject subject = start("interval: 1d, zero: false");
        traffic.udp(SERVER, 10, 100, 100);
        Wait.until("the event", () -> !facts().isEmpty());
        lab.waitForQuiet();

        ObservationFact event = facts().getFirst();
        assertEquals(1, facts().size());
        assertEquals("limited", event.text(NAME));
        assertEquals(3, event.number(PACKET_TOTAL));
        assertEquals(3, event.number(QUOTA));
        assertTrue((event.number(FLAGS) & OVERQUOTA) != 0);
        assertFalse(event.record().has(IanaElements.packetDeltaCount), "the next report counts them");
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        assertEquals(lab.forwarded(), sums().get("limited"));
        assertEquals(1, source(subject).stats().quotaEvents());
    }

    @Test
    void aFirstStartReportsWhatWasCountedBeforeUnlessItIsABaseline() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        traffic.udp(SERVER, 5, 100, 100);
        start("interval: 1d").stop();
        Wait.until("all of it", () -> sums().equals(Map.of("all", lab.forwarded())));

        traffic.udp(SERVER, 5, 100, 100);
        Subject second = start("interval: 1d, first-start: baseline");
        assertEquals(1, source(second).stats().baseline());
        second.stop();
        assertEquals(10, all(sums()).packets());
    }

    @Test
    void aReloadChangesTheIntervalAndAFailedOneNothing() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        Subject subject = start("interval: 1d");
        Source before = subject.appliance().sources().getFirst();
        traffic.udp(SERVER, 5, 100, 100);

        assertTrue(reload(subject, yaml("interval: 1s", "ipfix", collector.port())));
        assertSame(before, subject.appliance().sources().getFirst());
        assertEquals(Duration.ofSeconds(1), source(subject).interval());
        Wait.until("a report at the new interval", () -> sums().equals(Map.of("all", lab.forwarded())));

        String missing = yaml("interval: 2s", "ipfix", collector.port()).replace(lab.router(), "nowhere");
        assertFalse(reload(subject, missing));
        assertSame(before, subject.appliance().sources().getFirst());
        assertTrue(reload(subject, yaml("interval: 1s, zero: false", "ipfix", collector.port())));
        traffic.udp(SERVER, 5, 100, 100);
        lab.waitForQuiet();
        Wait.until("no count is lost or twice", () -> sums().equals(Map.of("all", lab.forwarded())));
        assertTrue(source(subject).isBound());
    }

    private static boolean reload(Subject subject, String yaml) throws Exception {
        return subject.appliance().reload(ConfigLoader.parse("test.yaml", yaml)).reloaded();
    }

    @Test
    void aSourceMayBecomeAnotherKindOfTheSameName() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        Subject subject = start("interval: 1s");
        traffic.udp(SERVER, 5, 100, 100);
        lab.waitForQuiet();
        Counted accounted = lab.forwarded();
        String nfacct = yaml("interval: 1s", "ipfix", collector.port());
        String flows = nfacct.replace("type: nfacct", "type: conntrack").replace("interval: 1s", "active-timeout: 1s");
        assertTrue(reload(subject, flows));
        assertEquals(Map.of("all", accounted), sums());
        assertEquals(1, subject.appliance().conntrackSources().size());
        traffic.manyUdpFlows(SERVER, 20_000, 5);
        lab.inRouter("conntrack", "-F");
        Wait.until(
                "flows",
                () -> collector.records().stream().anyMatch(record -> record.has(IanaElements.sourceIPv4Address)));

        assertTrue(reload(subject, nfacct));
        Wait.until("what was counted meanwhile", () -> sums().equals(Map.of("all", lab.forwarded())));
    }

    @Test
    void sourcesOfAllKindsFeedOneCollectorWhichAReloadCanLeave() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        String yaml = """
                sources:
                  flows: { type: conntrack, namespace: @, active-timeout: 1s }
                  acct: { type: nfacct, namespace: @, interval: 1s }
                  counters: { type: conntrack-stats, namespace: @, interval: 1s }
                stacks:
                  - { name: flows, source: flows, exporters: [main] }
                  - { name: acct, source: acct, exporters: [main] }
                  - { name: counters, source: counters, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(collector.port()).replace("@", lab.router());
        Subject subject = lab.closing(Subject.start(yaml));
        assertEquals(3, subject.appliance().sources().size());
        assertEquals(1, subject.appliance().conntrackSources().size());
        traffic.manyUdpFlows(SERVER, 20_000, 20);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(20);
        Wait.until("accounts", () -> lab.forwarded().equals(sums().get("all")));
        Wait.until("counters", () -> facts().stream().anyMatch(fact -> fact.template() >= 608));

        String without = yaml.replace("  - { name: acct, source: acct, exporters: [main] }\n", "")
                .replace("  acct: { type: nfacct, namespace: " + lab.router() + ", interval: 1s }\n", "");
        assertTrue(reload(subject, without));
        assertEquals(2, subject.appliance().sources().size());
        subject.stop();
        // Decoded without a gap in a sequence, or this fails.
        assertFalse(collector.records().isEmpty());
        assertEquals(lab.forwarded(), sums().get("all"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void tsharkAndNfcapdReadWhatWeSend(String protocol) throws Exception {
        AccountingObjects.make(lab, List.of("all", "limited=3"));
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory)) {
            Subject subject = lab.closing(Subject.start(yaml("interval: 1d, zero: false", protocol, nfcapd.port())));
            traffic.udp(SERVER, 10, 100, 100);
            lab.waitForQuiet();
            subject.stop();
            long datagrams = subject.collector().encoded().datagrams();
            long packets = 2 * lab.forwarded().packets();

            List<Map<String, Object>> shown = capture.endWithObservations(datagrams);
            assertEquals(3, shown.size(), "a record for each object, and the quota's event");
            assertEquals(
                    packets,
                    shown.stream()
                            .filter(record -> record.containsKey("cflow.packets"))
                            .mapToLong(record -> Json.number(record, "cflow.packets"))
                            .sum());
            List<Map<String, Object>> stored = nfcapd.endWithFlows(protocol.equals("netflow9"));
            assertEquals(
                    packets,
                    stored.stream()
                            .mapToLong(flow -> Math.max(0, Json.number(flow, "in_packets")))
                            .sum(),
                    stored::toString);
        }
    }

    @Test
    void metricsCountEachObject() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        Subject subject = start("interval: 1d");
        try (ApplianceMetrics metrics = new ApplianceMetrics(subject::appliance, null)) {
            traffic.udp(SERVER, 5, 100, 100);
            subject.appliance().reportNow();
            Wait.until("a reading", () -> source(subject).stats().readings() == 2);

            Scrape scrape = Scrape.of(metrics);
            assertEquals(10, value(scrape, "nurs_nfacct_packets_total", "name", "all"));
            assertEquals((double) lab.forwarded().bytes(), value(scrape, "nurs_nfacct_bytes_total", "name", "all"));
            assertEquals(1, value(scrape, "nurs_nfacct_objects", "source", "acct"));
            assertEquals(1, value(scrape, "nurs_source_up", "source", "acct"));
            assertEquals(0, value(scrape, "nurs_readings_failed_total", "source", "acct"));
        }
    }

    private static double value(Scrape scrape, String name, String... labels) {
        return scrape.samples().stream()
                .filter(sample -> sample.name().equals(name) && sample.has(labels))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " in " + scrape.text()))
                .value();
    }

    @Test
    void withoutTheNamespaceTheErrorSaysSo() {
        StartException refused = assertThrows(
                StartException.class,
                () -> Subject.start(yaml("interval: 1s", "ipfix", 9).replace(lab.router(), "nowhere")));
        assertTrue(refused.advice().startsWith("source acct: there is no network namespace"), refused::advice);
    }
}
