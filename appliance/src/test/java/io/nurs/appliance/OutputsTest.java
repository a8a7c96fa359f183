package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Certificates;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Rsyslogd;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TextReader;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flows of real traffic as text, read by programs that are not ours, and compared with what the router's own counter says. */
@Timeout(180)
class OutputsTest extends RouterTest {
    private static final int FIRST_PORT = 20_000;
    private static final int FLOWS = 300;
    /** The kernel's own buffers take some rounds of what a reader that hangs is sent. */
    private static final int MOST_ROUNDS = 30;

    private static final int A_ROUND = 1_000;

    /** The channel's marks, and what the encoder still brings. */
    private static final long MOST_QUEUED = 1 << 20;

    @TempDir
    Path directory;

    private String config(String exporters) {
        String names = exporters
                .lines()
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .reduce((one, other) -> one + ", " + other)
                .orElseThrow();
        return """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 2s }
                    exporters: [%s]
                exporters:
                """.formatted(lab.router(), names) + exporters.indent(2);
    }

    /** {@value #FLOWS} and three more, ended. */
    private long send(Subject subject) throws Exception {
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, FLOWS);
        traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 10_000, 100_000, false);
        traffic.tcp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 20_000, 200_000, false);
        traffic.echo(Lab.SERVER6);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(FLOWS + 3);
        return FLOWS + 3;
    }

    private static long number(String text) {
        return Long.parseLong(text.strip());
    }

    /** One record a conversation and report: of an ended one there may be a report before. */
    private void assertJson(Path file) throws Exception {
        String sum = "[.[].flow | .%s + .reverse%s] | add";
        assertEquals(
                lab.forwarded(),
                new Counted(
                        number(jq(file, sum.formatted("packetDeltaCount", "PacketDeltaCount"))),
                        number(jq(file, sum.formatted("octetDeltaCount", "OctetDeltaCount")))));
        assertEquals(
                FLOWS,
                number(jq(
                        file,
                        "[.[].flow | select(.protocolIdentifier == 17 and .destinationTransportPort == 7001)"
                                + " | .sourceTransportPort] | unique | length")));
        assertEquals("\"log\"", jq(file, "[.[].exporter] | unique | .[0]").strip());
        assertEquals("0", jq(file, "[.[] | select(.options)] | length").strip());
    }

    /** Both directions are told by the two ends, and together. */
    private void assertElastic(Path file) throws Exception {
        String sum = "[.[] | .source.%s + .destination.%s] | add";
        assertEquals(
                lab.forwarded(),
                new Counted(
                        number(jq(file, sum.formatted("packets", "packets"))),
                        number(jq(file, sum.formatted("bytes", "bytes")))));
        assertEquals(lab.forwarded().bytes(), number(jq(file, "[.[].network.bytes] | add")));
        assertEquals(
                "\"" + Lab.SERVER4 + "\"",
                jq(file, "[.[] | select(.destination.port == 7003) | .destination.nat.ip] | .[0]")
                        .strip());
    }

    private static String jq(Path file, String expression) throws Exception {
        return Program.run("jq", "-s", expression, file.toString());
    }

    private void assertXml(Path file) throws Exception {
        Program.run("xmllint", "--noout", file.toString());
        String sum = "sum(/netfilter/flow/%s) + sum(/netfilter/flow/reverse%s)";
        assertEquals(
                lab.forwarded(),
                new Counted(
                        xpath(file, sum.formatted("packetDeltaCount", "PacketDeltaCount")),
                        xpath(file, sum.formatted("octetDeltaCount", "OctetDeltaCount"))));
    }

    private static long xpath(Path file, String expression) throws Exception {
        return number(Program.run("xmllint", "--xpath", expression, file.toString()));
    }

    private void assertCsv(Path file) throws Exception {
        String script = """
                import csv, sys
                rows = list(csv.DictReader(open(sys.argv[1], newline='')))
                assert all(None not in row and None not in row.values() for row in rows)
                assert rows[0].keys() >= {'sourceIPv4Address', 'sourceIPv6Address', 'icmpTypeIPv6', 'flowEndReason'}
                print(*(sum(int(row[key] or 0) + int(row['reverse' + key[0].upper() + key[1:]] or 0) for row in rows)
                        for key in ('packetDeltaCount', 'octetDeltaCount')))
                """;
        String[] sums =
                Program.run("python3", "-c", script, file.toString()).strip().split(" ", -1);
        assertEquals(lab.forwarded(), new Counted(number(sums[0]), number(sums[1])));
    }

    @Test
    void filesHaveWhatTheRouterForwarded() throws Exception {
        Requires.tools("jq", "xmllint", "python3");
        Path json = directory.resolve("flows.json");
        Path csv = directory.resolve("flows.csv");
        Path xml = directory.resolve("flows.xml");
        Path elastic = directory.resolve("elastic.json");
        String config = config("""
                log: { type: json, file: { path: %s }, flush-interval: 20ms }
                table: { type: csv, file: { path: %s } }
                document: { type: xml, file: { path: %s } }
                elastic: { type: json, names: ecs, file: { path: %s } }
                web: { type: json, file: { path: %s }, biflow: false, fields: full,
                """.formatted(json, csv, xml, elastic, directory.resolve("web.json"))
                        .strip() + " filter: protocol == tcp }");
        try (Subject subject = Subject.start(config)) {
            traffic.echo(Lab.SERVER4);
            Wait.until("a line while it runs", () -> Files.size(json) > 0);
            subject.appliance().reload(ConfigLoader.parse("test.yaml", "# the same\n" + config));
            send(subject);
            subject.stop();
            for (Collector output : subject.appliance().collectors()) {
                assertEquals(0, output.lostMessages() + output.notSent().flows(), output.name());
                assertEquals(0, output.encoded().optionRecords(), output.name());
            }
        }
        assertJson(json);
        assertXml(xml);
        assertCsv(csv);
        assertElastic(elastic);
        // Two connections, of which each end has a record of its own, with the names of fields of nurs.
        assertTrue(number(jq(directory.resolve("web.json"), "[.[].flow | select(.ctStatus > 0)] | length")) >= 4);
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(5, files.count(), "a reload begins no file");
        }
    }

    @Test
    void readersOfSocketsGetEveryLine() throws Exception {
        Requires.tools("jq");
        Path unix = directory.resolve("reader");
        Certificates certificates = new Certificates(directory);
        try (TextReader tcp = TextReader.open();
                TextReader tls = TextReader.open(certificates.server());
                TextReader local = TextReader.open(unix);
                Subject subject =
                        Subject.start(config("""
                        log: { type: json, tcp: "127.0.0.1:%d", flush-interval: 20ms }
                        safe: { type: json, tcp: "127.0.0.1:%d", tls: { %s } }
                        near: { type: xml, unix: %s }
                        """.formatted(tcp.port(), tls.port(), certificates.client(), unix)))) {
            send(subject);
            subject.stop();
            for (Collector output : subject.appliance().collectors()) {
                assertEquals(0, output.lostMessages() + output.notSent().flows(), output.name());
            }
            Wait.until("the end", () -> local.text().endsWith("</netfilter>\n"));
            long records = subject.appliance().collectors().getFirst().encoded().flowRecords();
            Wait.until("all", () -> tcp.text().lines().count() == records);
            Wait.until("all", () -> tls.text().lines().count() == records);
            assertJson(Files.writeString(directory.resolve("tcp.json"), tcp.text()));
            assertXml(Files.writeString(directory.resolve("unix.xml"), local.text()));
            assertEquals(
                    tcp.text().replaceAll("\"exportTime\":\"[^\"]*\",\"sequence\":\\d+,", ""),
                    tls.text()
                            .replaceAll("\"exportTime\":\"[^\"]*\",\"sequence\":\\d+,", "")
                            .replace("\"safe\"", "\"log\""));
        }
    }

    @Test
    void aReaderThatNeverReadsStopsNobodyAndCostsCountedRecords() throws Exception {
        try (TextReader hanging = TextReader.open();
                Subject subject = Subject.start(config("""
                        hanging: { type: json, tcp: "127.0.0.1:%d", flush-interval: 20ms, fields: full, biflow: false }
                        main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                        """.formatted(hanging.port(), collector.port())))) {
            List<Collector> collectors = subject.appliance().collectors();
            Collector output = collectors.getFirst();
            Collector main = collectors.getLast();
            hanging.hang();
            int rounds = 0;
            while (output.lostRecords() == 0 && rounds < MOST_ROUNDS) {
                traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT, A_ROUND);
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded((long) ++rounds * A_ROUND);
                assertTrue(output.queuedBytes() <= MOST_QUEUED, () -> output.queuedBytes() + " octets wait");
            }
            assertTrue(output.lostRecords() > 0, "never given up");
            // Added up once a flush interval.
            Wait.until("counted among what was not sent", () -> output.notSent().flows() >= output.lostRecords());
            Wait.until("down", () -> !output.isUp());
            hanging.resume();
            Wait.until("a line of a new connection", () -> {
                traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 1, 100, 200);
                return hanging.text().contains(Lab.SERVER6);
            });
            assertTrue(output.isUp());
            lab.inRouter("conntrack", "-F");
            Wait.until("nothing left", () -> lab.entries() == 0);
            subject.stop();
            collector.waitForDatagrams(main.encoded().datagrams());
            assertEquals(0, main.notSent().flows());
        }
        assertEquals(lab.forwarded(), collector.total());
    }

    /** Who is not there yet is no reason not to start. */
    @Test
    void aReaderMayComeLaterAndGo() throws Exception {
        Path unix = directory.resolve("reader");
        try (Subject subject = Subject.start(config("near: { type: csv, unix: " + unix + ", flush-interval: 20ms }"))) {
            Collector output = subject.collector();
            Wait.until("down", () -> !output.isUp());
            assertEquals("there is no such socket", output.stats().lastFailure());
            traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 1, 100, 200);
            for (int i = 0; i < 2; i++) {
                try (TextReader reader = TextReader.open(unix)) {
                    Wait.until("lines", () -> {
                        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 1, 100, 200);
                        return reader.text().lines().count() > 2;
                    });
                    assertTrue(reader.text().startsWith("sourceIPv4Address,"), reader.text());
                }
                Files.deleteIfExists(unix);
            }
            assertEquals(2, output.stats().connections());
            assertTrue(output.stats().attempts() > 2, "one failed at least");
        }
    }

    @Test
    void rsyslogUnderstandsEveryRecordOnEveryWay() throws Exception {
        try (Rsyslogd rsyslog = Rsyslogd.start(directory);
                Subject subject = Subject.start(config("""
                        a: { type: syslog, unix: %s, app-name: local, facility: daemon, severity: warning }
                        b: { type: syslog, unix: %s, app-name: modern, format: rfc5424 }
                        c: { type: syslog, udp: "127.0.0.1:%d", app-name: datagrams }
                        d: { type: syslog, tcp: "127.0.0.1:%d", app-name: stream, facility: local7 }
                        e: { type: syslog, tcp: "127.0.0.1:%d", app-name: safely, tls: { %s } }
                        """.formatted(
                                rsyslog.socket(),
                                rsyslog.modernSocket(),
                                rsyslog.port(),
                                rsyslog.port(),
                                rsyslog.tlsPort(),
                                rsyslog.tls())))) {
            send(subject);
            subject.stop();
            for (Collector output : subject.appliance().collectors()) {
                assertEquals(0, output.lostMessages() + output.notSent().flows(), output.name());
            }
            long records = subject.collector().encoded().flowRecords();
            assertUnderstood(rsyslog, "local", "daemon.warning", records);
            assertUnderstood(rsyslog, "modern", "local0.info", records);
            assertUnderstood(rsyslog, "datagrams", "local0.info", records);
            assertUnderstood(rsyslog, "stream", "local7.info", records);
            assertUnderstood(rsyslog, "safely", "local0.info", records);
        }
    }

    private void assertUnderstood(Rsyslogd rsyslog, String application, String priority, long records)
            throws IOException, InterruptedException {
        Wait.until(
                () -> records + " records of " + application + ": "
                        + Wait.unchecked(() -> rsyslog.understood(application)).size(),
                () -> rsyslog.understood(application).size() == records);
        List<String> lines = rsyslog.understood(application);
        String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        String head = priority + " " + host + " " + ProcessHandle.current().pid() + " ";
        List<String> others = lines.stream()
                .filter(line -> !line.startsWith(head) || !line.contains("IN= OUT= SRC="))
                .toList();
        assertEquals(List.of(), others, head);
        assertEquals(
                lab.forwarded(),
                new Counted(
                        sum(lines, "PKTS") + sum(lines, "reversePacketDeltaCount"),
                        sum(lines, "BYTES") + sum(lines, "reverseOctetDeltaCount")));
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.contains(" SRC=" + Lab.CLIENT6 + " DST=" + Lab.SERVER6 + " PROTO=TCP ")),
                lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.contains(" PROTO=ICMPv6 TYPE=128 CODE=0 ")), lines::toString);
    }

    private static long sum(List<String> lines, String key) {
        Pattern pair = Pattern.compile(" " + key + "=(\\d+)");
        long sum = 0;
        for (String line : lines) {
            Matcher matcher = pair.matcher(line);
            sum += matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }
        return sum;
    }
}
