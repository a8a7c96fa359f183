package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.EventWatch;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.ObservationFact;
import io.nurs.appliance.lab.Scrape;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.metrics.ApplianceMetrics;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackEventStats;
import io.nurs.appliance.source.Source;
import io.nurs.flow.IanaElements;
import io.nurs.netlink.NetlinkStats;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code type: conntrack-events} on the real kernel, beside what conntrack(8) is told. */
class ConntrackEventsTest extends RouterTest {
    private static final InetSocketAddress PLAIN = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress MASQUERADED = Traffic.at(Lab.SERVER4, Lab.MASQUERADED);
    private static final String ALL = "events: [new, update, destroy]";

    private static final int ENTRIES = 8_000;

    @TempDir
    Path directory;

    private String yaml(String options, String protocol) {
        return """
                stacks:
                  - name: events
                    source: { type: conntrack-events, namespace: %s, %s }
                    exporters: [main]
                exporters:
                  main: { type: %s, collector: "127.0.0.1:%d", flush-interval: 20ms, enterprise-elements: all }
                """.formatted(lab.router(), options, protocol, collector.port());
    }

    private Subject start(String options, String protocol) throws Exception {
        return lab.closing(Subject.start(yaml(options, protocol)));
    }

    private static ConntrackEventSource source(Subject subject) {
        return assertInstanceOf(
                ConntrackEventSource.class, subject.appliance().sources().getFirst());
    }

    private static NetlinkStats netlink(Subject subject) {
        return Objects.requireNonNull(source(subject).channels().get("events")).stats();
    }

    private List<ObservationFact> facts(Subject subject) {
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        return ObservationFact.of(collector.messages());
    }

    private static String lines(List<String> words) {
        return String.join("\n", words);
    }

    /** TCP, UDP, ICMP and what has no ports, IPv4 and IPv6, plain and translated, marked while they go on. */
    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void tellsWhatConntrackTellsInTheSameOrder(String protocol) throws Exception {
        lab.nft("add rule inet lab marking meta l4proto tcp ct mark set 0x10");
        EventWatch watch = EventWatch.start(lab);
        ConntrackWatch ends = ConntrackWatch.start(lab);
        Subject subject = start(ALL, protocol);
        traffic.tcp(MASQUERADED, 1_000, 10_000, false);
        traffic.udp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 3, 100, 200);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.MASQUERADED), 3, 100, 200);
        traffic.echo(Lab.SERVER4);
        traffic.echo(Lab.SERVER6);
        traffic.raw(Lab.SERVER4, Traffic.EXPERIMENT, "0102030405060708");
        try (Traffic.OpenUdp flow = traffic.openUdp(PLAIN)) {
            flow.exchange(1, 100, 200);
            lab.nft("add rule inet lab marking meta l4proto udp ct mark set 5");
            flow.exchange(1, 100, 200);
        }
        int entries = lab.entries();
        lab.inRouter("conntrack", "-F");
        assertEquals(7, entries);
        Wait.until(
                () -> entries + " ends in " + Wait.unchecked(watch::told),
                () -> watch.told().stream()
                                .filter(words -> words.startsWith("DESTROY"))
                                .count()
                        == entries);

        List<ObservationFact> facts = facts(subject);
        List<String> words = facts.stream().map(EventWatch::words).toList();
        assertEquals(lines(watch.told()), lines(words));
        assertEquals(
                entries, words.stream().filter(line -> line.startsWith("NEW ")).count());
        assertTrue(words.stream().filter(line -> line.startsWith("UPDATE 6 ")).count() >= 4, words::toString);
        assertEquals(
                List.of("UPDATE", "DESTROY"),
                words.stream()
                        .filter(line -> line.contains(" 5 ["))
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .toList());
        assertEquals(
                ends.ended(entries).stream()
                        .map(end -> end.startNanos() / 1_000_000 + " " + end.stopNanos() / 1_000_000)
                        .collect(Collectors.joining("\n")),
                facts.stream()
                        .filter(fact -> fact.record().has(IanaElements.flowEndMilliseconds))
                        .map(fact -> fact.record().unsigned(IanaElements.flowStartMilliseconds) + " "
                                + fact.record().unsigned(IanaElements.flowEndMilliseconds))
                        .collect(Collectors.joining("\n")));
        long now = System.currentTimeMillis();
        assertTrue(facts.stream()
                .mapToLong(fact -> fact.record().unsigned(IanaElements.observationTimeMilliseconds))
                .allMatch(time -> time <= now && time > now - 120_000));
        ConntrackEventStats stats = source(subject).stats();
        assertEquals(words.size(), stats.events());
        assertEquals(0, stats.lostEvents());
        assertEquals(0, stats.unreadable());
    }

    /** What the kernel does not keep is not made up: no counters, and no times but the event's. */
    @Test
    void withoutAccountingAndTimestampsEndsAreAsPlainAsBegins() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_acct", 0);
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", 0);
        EventWatch watch = EventWatch.start(lab);
        Subject subject = start(ALL, "ipfix");
        traffic.udp(PLAIN, 3, 100, 200);
        lab.inRouter("conntrack", "-F");
        Wait.until("the end", () -> lines(watch.told()).contains("DESTROY"));

        List<ObservationFact> facts = facts(subject);
        assertEquals(
                lines(watch.told()), lines(facts.stream().map(EventWatch::words).toList()));
        assertEquals(
                List.of(660),
                facts.stream().map(ObservationFact::template).distinct().toList());
    }

    @Test
    void aStormIsDeliveredWholeIfTheBufferHoldsIt() throws Exception {
        TableWriter writer = TableWriter.open(lab);
        Subject subject = start("receive-buffer: 64MiB, events: [new, destroy]", "ipfix");
        writer.create(ENTRIES, 0, TableWriter::udp);
        lab.inRouter("conntrack", "-F");
        subject.stop();

        ConntrackEventStats stats = source(subject).stats();
        assertEquals(0, stats.lostEvents());
        assertEquals(ENTRIES, stats.created());
        assertEquals(ENTRIES, stats.destroyed());
        assertEquals(2 * ENTRIES, subject.collector().encoded().flowRecords());
    }

    /** The buffer has room for a hundred. */
    @Test
    void eachEventOfAStormIsDeliveredOrCounted() throws Exception {
        TableWriter writer = TableWriter.open(lab);
        Subject subject = start("receive-buffer: 64KiB, events: [new, destroy]", "ipfix");
        writer.create(ENTRIES, 0, TableWriter::udp);
        lab.inRouter("conntrack", "-F");
        Wait.until("a look", () -> source(subject).stats().lostEvents() > 0);
        traffic.udp(PLAIN, 1, 100, 200);
        lab.inRouter("conntrack", "-F");
        subject.stop();

        ConntrackEventStats stats = source(subject).stats();
        assertEquals(2 * ENTRIES + 2, stats.events() + stats.lostEvents(), () -> stats.events() + " read");
        assertTrue(stats.events() > 100);
        assertTrue(stats.lastLostMillis() > 0);
        assertEquals(stats.events(), subject.collector().encoded().flowRecords());
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        assertTrue(
                collector.messages().stream()
                        .flatMap(message -> message.records().stream())
                        .anyMatch(record -> record.has(IanaElements.ignoredPacketTotalCount)),
                "collectors are told");
        try (ApplianceMetrics metrics = new ApplianceMetrics(subject::appliance, null)) {
            Scrape scrape = Scrape.of(metrics);
            assertEquals((double) stats.lostEvents(), value(scrape, "nurs_events_lost_total", "source", "events"));
            assertEquals((double) stats.created(), value(scrape, "nurs_conntrack_events_total", "event", "new"));
        }
    }

    /** The kernel keeps ends that find no room, and sends them again. */
    @Test
    void withReliableDeliveryNoEndIsLost() throws Exception {
        TableWriter writer = TableWriter.open(lab);
        writer.create(ENTRIES, 0, TableWriter::udp);
        Subject subject = start("receive-buffer: 64KiB, events: [destroy], delivery: reliable", "ipfix");
        lab.inRouter("conntrack", "-F");
        Wait.until(
                () -> "all ends, " + source(subject).stats().destroyed() + " so far",
                () -> source(subject).stats().destroyed() >= ENTRIES);
        subject.stop();

        assertEquals(ENTRIES, source(subject).stats().destroyed());
        assertTrue(Objects.requireNonNull(source(subject).channels().get("events")) != null
                && source(subject).stats().lostEvents() == 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mark: 0x10/0xff | 4",
                "mark: 0x0/0xff | 8",
                "'protocols: [tcp, 47, udp]' | 8",
                "protocols: [icmp] | 2",
                "'protocols: [icmp, icmpv6]' | 4",
                "family: ipv6 | 6",
                "'family: ipv6, protocols: [udp], mark: 0x10/0xff' | 2",
                "events: [new] | 6",
                "events: [destroy] | 6",
            })
    void whatIsNotWantedDoesNotEvenLeaveTheKernel(String options, int wanted) throws Exception {
        lab.nft("add rule inet lab marking udp dport " + Lab.MASQUERADED + " ct mark set 0x310");
        Subject subject = start(options, "ipfix");
        traffic.udp(PLAIN, 2, 100, 200);
        traffic.udp(MASQUERADED, 2, 100, 200);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 2, 100, 200);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.MASQUERADED), 2, 100, 200);
        traffic.echo(Lab.SERVER4);
        traffic.echo(Lab.SERVER6);
        lab.inRouter("conntrack", "-F");

        assertEquals(wanted, facts(subject).size());
        assertEquals(wanted, netlink(subject).messages());
    }

    @Test
    void outputsWriteEventsToo() throws Exception {
        Path json = directory.resolve("events.json");
        Path csv = directory.resolve("events.csv");
        Path xml = directory.resolve("events.xml");
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: events, source: { type: conntrack-events, namespace: %s }, exporters: [json, csv, xml] }
                exporters:
                  json: { type: json, file: { path: %s } }
                  csv: { type: csv, file: { path: %s } }
                  xml: { type: xml, file: { path: %s } }
                """.formatted(lab.router(), json, csv, xml)));
        traffic.udp(PLAIN, 3, 100, 200);
        lab.inRouter("conntrack", "-F");
        subject.stop();

        List<String> lines = Files.readAllLines(json);
        assertEquals(2, lines.size(), "new and destroy are the default");
        assertTrue(lines.getFirst().contains("\"firewallEvent\":1"), lines::toString);
        assertTrue(lines.getLast().contains("\"firewallEvent\":2"), lines::toString);
        assertTrue(lines.getLast().contains("\"ctOriginalPacketTotal\":3"), lines::toString);
        assertEquals(3, Files.readAllLines(csv).size());
        assertTrue(Files.readString(xml).contains("<ctOriginalPacketTotal>3</ctOriginalPacketTotal>"));
    }

    /** An event is no traffic to a collector that adds up. */
    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void tsharkAndNfcapdReadEventsAndCountNothing(String protocol) throws Exception {
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory)) {
            Subject subject = lab.closing(
                    Subject.start(yaml(ALL, protocol).replace(":" + collector.port(), ":" + nfcapd.port())));
            traffic.udp(PLAIN, 3, 100, 200);
            traffic.udp(Traffic.at(Lab.SERVER6, Lab.MASQUERADED), 3, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.stop();
            long events = source(subject).stats().events();
            assertTrue(events >= 4, () -> events + " events");

            List<Map<String, Object>> shown =
                    capture.endWithObservations(subject.collector().encoded().datagrams());
            assertEquals(events, shown.size(), shown::toString);
            List<Map<String, Object>> stored = nfcapd.endWithFlows(protocol.equals("netflow9"));
            assertEquals(events, stored.size(), stored::toString);
            assertEquals(
                    0,
                    stored.stream()
                            .mapToLong(flow -> Math.max(0, Json.number(flow, "in_packets"))
                                    + Math.max(0, Json.number(flow, "in_bytes")))
                            .sum(),
                    stored::toString);
        }
    }

    @Test
    void withEventsSwitchedOffItIsSaidWhichSysctlThatIs() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_events", 0);
        Subject subject = start(ALL, "ipfix");
        List<Finding> findings = source(subject).sysctlFindings();
        assertEquals(1, findings.size());
        assertEquals(Finding.Level.FAIL, findings.getFirst().level());
        assertTrue(findings.getFirst().mend().contains("sysctl -w net.netfilter.nf_conntrack_events=1"));

        lab.sysctl("net.netfilter.nf_conntrack_events", 2);
        assertEquals(
                Finding.Level.WARN, source(subject).sysctlFindings().getFirst().level());
        lab.sysctl("net.netfilter.nf_conntrack_events", 1);
        assertEquals(List.of(), source(subject).sysctlFindings());
    }

    @Test
    void aReloadWithOtherEventsTakesAnotherSocketAndLosesNothingWithTheSame() throws Exception {
        Subject subject = start("events: [new]", "ipfix");
        Source before = subject.appliance().sources().getFirst();
        assertTrue(subject.appliance()
                .reload(ConfigLoader.parse("test.yaml", yaml("events: [new]", "ipfix")))
                .reloaded());
        assertSame(before, subject.appliance().sources().getFirst());
        assertTrue(subject.appliance()
                .reload(ConfigLoader.parse("test.yaml", yaml("events: [destroy]", "ipfix")))
                .reloaded());
        assertNotSame(before, subject.appliance().sources().getFirst());
        assertFalse(before.isBound());
        traffic.udp(PLAIN, 1, 100, 200);
        lab.inRouter("conntrack", "-F");
        assertEquals(1, facts(subject).size());
        assertEquals(1, source(subject).stats().destroyed());
    }

    private static double value(Scrape scrape, String name, String... labels) {
        return scrape.samples().stream()
                .filter(sample -> sample.name().equals(name) && sample.has(labels))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " in " + scrape.text()))
                .value();
    }
}
