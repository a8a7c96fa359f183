package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.doctor.Checkup;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Rsyslogd;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TextReader;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.NflogSource;
import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import io.nurs.netlink.NetlinkChannel;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code type: nflog} on the real kernel: packets that a router forwards, beside what iptables counts and tcpdump sees.
 *
 * <p>Longer than a class should be: each output is shown the packets that the records and the capture are.
 */
@Timeout(180)
class NflogTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    /** Nobody listens there, so nothing comes back. */
    private static final InetSocketAddress NOWHERE = Traffic.at(Lab.SERVER4, 9);

    /** The kernel's own buffers take some rounds of what a reader that hangs is sent. */
    private static final int MOST_ROUNDS = 100;

    private static final int A_ROUND = 10_000;

    @TempDir
    Path directory;

    @BeforeEach
    void needs() {
        Requires.tools("iptables", "ip6tables");
    }

    private String yaml(String source, String exporters) {
        String names = exporters
                .lines()
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .reduce((one, other) -> one + ", " + other)
                .orElseThrow();
        return """
                stacks:
                  - name: packets
                    source: { type: nflog, namespace: %s, %s }
                    exporters: [%s]
                exporters:
                """.formatted(lab.router(), source, names) + exporters.indent(2);
    }

    private Subject start(String source, String exporters) throws Exception {
        return lab.closing(Subject.start(yaml(source, exporters)));
    }

    private static NflogSource source(Subject subject) {
        return assertInstanceOf(NflogSource.class, subject.appliance().sources().getFirst());
    }

    private static NetlinkChannel packets(Subject subject) {
        return Objects.requireNonNull(source(subject).channels().get("packets"));
    }

    private void log(String chain, String match, String options) throws Exception {
        List<String> rule = new ArrayList<>(List.of("iptables", "-t", "mangle", "-A", chain));
        rule.addAll(List.of((match + " -j NFLOG " + options).split(" ", -1)));
        lab.inRouter(rule.toArray(String[]::new));
    }

    /** What the rules that log have counted. */
    private long logged() throws Exception {
        return lab.inRouter("iptables", "-t", "mangle", "-nvxL")
                .lines()
                .filter(line -> line.contains("NFLOG"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" ", -1)[0]))
                .sum();
    }

    private void send(InetSocketAddress to, int packets, int octets) throws Exception {
        Lab.in(lab.client(), () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                for (int i = 0; i < packets; i++) {
                    socket.send(new DatagramPacket(
                            ByteBuffer.allocate(octets).putInt(i).array(), octets, to));
                }
                return true;
            }
        });
    }

    private static void waitForAll(Subject subject, long packets) {
        Wait.until(
                () -> packets + ", " + source(subject).stats().packets() + " and "
                        + source(subject).stats().lostEvents() + " lost so far",
                () -> source(subject).stats().packets()
                                + source(subject).stats().lostEvents()
                        >= packets);
    }

    private static void assertAllSent(Subject subject) {
        for (Collector exporter : subject.appliance().collectors()) {
            assertEquals(0, exporter.lostMessages() + exporter.notSent().flows(), exporter.name());
        }
    }

    private static long tshark(Path file, String filter) throws Exception {
        return fields(file, filter, "frame.number").size();
    }

    private static List<String> fields(Path file, String filter, String... names) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("tshark", "-n", "-r", file.toString(), "-o", "frame.generate_md5_hash:TRUE", "-T", "fields"));
        Stream.of(names).forEach(name -> command.addAll(List.of("-e", name)));
        if (!filter.isEmpty()) {
            command.addAll(List.of("-Y", filter));
        }
        return Program.run(command.toArray(String[]::new))
                .lines()
                .filter(line -> !line.startsWith("Running as user"))
                .toList();
    }

    @Test
    void eachOfAHundredThousandPacketsIsDeliveredOrCounted() throws Exception {
        Requires.tools("capinfos");
        int packets = 100_000;
        Path capture = directory.resolve("all.pcapng");
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8 --nflog-threshold 64");
        Subject subject = start("groups: [8], queue-threshold: 64", """
                dump: { type: pcap, file: { path: %s } }
                main: { type: ipfix, collector: "127.0.0.1:%d" }
                """.formatted(capture, collector.port()));
        long before = packets(subject).stats().datagrams();
        send(NOWHERE, packets, 64);
        waitForAll(subject, packets);
        long datagrams = packets(subject).stats().datagrams() - before;
        subject.stop();
        assertEquals(packets, logged());
        long delivered = source(subject).stats().packets();
        assertEquals(packets, delivered + source(subject).stats().lostEvents());
        assertTrue(delivered > packets / 2, delivered + " delivered");
        assertTrue(datagrams < delivered / 8, delivered + " in " + datagrams + " batches");
        for (Collector exporter : subject.appliance().collectors()) {
            assertEquals(
                    delivered,
                    exporter.encoded().flowRecords() + exporter.notSent().flows(),
                    exporter.name());
        }
        Collector dump = subject.appliance().collectors().stream()
                .filter(exporter -> exporter.name().equals("dump"))
                .findFirst()
                .orElseThrow();
        String infos = Program.run("capinfos", "-M", "-c", capture.toString());
        assertTrue(
                infos.lines()
                        .anyMatch(line -> line.startsWith("Number of packets")
                                && line.endsWith(
                                        " " + (delivered - dump.notSent().flows()))),
                infos + dump.notSent().flows() + " not sent");
    }

    /** With a buffer that has no room, while nobody reads. */
    @Test
    void gapsAreCountedExactly() throws Exception {
        int packets = 2_000;
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8");
        Subject subject = start(
                "groups: [8], queue-threshold: 1, receive-buffer: 32KiB, buffer-size: 4KiB",
                "main: { type: ipfix, collector: \"127.0.0.1:%d\", flush-interval: 20ms }\n"
                        .formatted(collector.port()));
        NflogSource source = source(subject);
        NetlinkChannel channel = packets(subject);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        source.eventLoop().execute(() -> {
            held.countDown();
            Wait.unchecked(() -> {
                free.await();
                return true;
            });
        });
        held.await();
        send(NOWHERE, packets, 64);
        long dropped = channel.kernelDrops();
        assertTrue(dropped > 0 && dropped < packets, dropped + " dropped");
        free.countDown();
        Wait.until("the others", () -> source.stats().packets() == packets - dropped);
        // What is lost last shows with the next that comes.
        assertEquals(0, source.stats().lostEvents());
        send(NOWHERE, 1, 64);
        Wait.until("one more", () -> source.stats().packets() == packets - dropped + 1);
        assertEquals(dropped, source.stats().lostEvents());
        assertEquals(1, source.stats().gaps());
        assertEquals(packets + 1, logged());

        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        assertEquals(source.stats().packets(), records().size());
    }

    private List<DataRecord> records() {
        return collector.messages().stream()
                .flatMap(message -> message.records().stream())
                .filter(record -> !record.template().isOptions())
                .toList();
    }

    /** Of what comes in over a link, octet by octet, GSO packets of some 64 KiB among it. */
    @Test
    void theCaptureHasTheOctetsThatTcpdumpHas() throws Exception {
        Requires.tools("tcpdump", "tshark");
        Path ours = directory.resolve("ours.pcapng");
        Path theirs = directory.resolve("theirs.pcap");
        log("PREROUTING", "-i inside", "--nflog-group 8 --nflog-prefix in:4");
        lab.inRouter(
                "ip6tables",
                "-t",
                "mangle",
                "-A",
                "PREROUTING",
                "-i",
                "inside",
                "-j",
                "NFLOG",
                "--nflog-group",
                "8",
                "--nflog-prefix",
                "in:6");
        Subject subject = start("groups: [8]", "dump: { type: pcap, file: { path: %s } }\n".formatted(ours));
        try (Program tcpdump = Program.start(Lab.within(
                lab.router(),
                "tcpdump",
                "-n",
                "-U",
                "-i",
                "inside",
                "-Q",
                "in",
                "-s",
                "0",
                "-w",
                theirs.toString(),
                "-B",
                "65536",
                "ip or ip6"))) {
            tcpdump.waitForOutput("listening on");
            traffic.tcp(SERVER, 300_000, 100_000, false);
            traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 200_000, 1_000, false);
            traffic.udp(SERVER, 50, 700, 20);
            traffic.echo(Lab.SERVER4);
            traffic.echo(Lab.SERVER6);
            traffic.raw(Lab.SERVER4, Traffic.GRE, "00000800" + "45000014");
            long packets = source(subject).stats().packets();
            assertTrue(packets > 0);
            Wait.until(
                    "its last packet",
                    () -> HexFormat.of().formatHex(Files.readAllBytes(theirs)).contains("0000080045000014"));
            tcpdump.interrupt();
            tcpdump.exitCode();
        }
        subject.stop();
        assertAllSent(subject);
        String what = "not ipv6.dst == ff00::/8 and not icmpv6.type >= 133";
        assertEquals(
                fields(theirs, what, "frame.len", "frame.cap_len", "frame.md5_hash"),
                fields(ours, what, "frame.len", "frame.cap_len", "frame.md5_hash"));
        List<String> about = fields(
                ours, "icmp or icmpv6.type == 128", "frame.interface_name", "frame.comment", "frame.packet_flags");
        assertEquals(List.of("inside\tin:4\t0x00000001", "inside\tin:6\t0x00000001"), about);
        assertTrue(fields(ours, "", "frame.len").stream()
                        .mapToInt(Integer::parseInt)
                        .max()
                        .orElse(0)
                > 20_000);
    }

    @Test
    void whatTheKernelHasCollectedIsReadBeforeTheEnd() throws Exception {
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8 --nflog-threshold 1000");
        Subject subject = start(
                "groups: [8], queue-threshold: 1000, timeout: 1m",
                "main: { type: ipfix, collector: \"127.0.0.1:%d\" }\n".formatted(collector.port()));
        send(NOWHERE, 10, 64);
        assertEquals(0, source(subject).stats().packets());
        subject.stop();
        assertEquals(10, source(subject).stats().packets());
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        assertEquals(10, records().size());
        assertEquals(
                "", lab.inRouter("cat", "/proc/net/netfilter/nfnetlink_log").strip(), "the group is given back");
    }

    @Test
    void groupsAreReadInParallelEachWithADomainOfItsOwn() throws Exception {
        for (int group = 8; group <= 11; group++) {
            log("FORWARD", "-p udp --dport " + group, "--nflog-group " + group + " --nflog-prefix g" + group);
        }
        Subject subject = start(
                "groups: [8, 9-11], global-sequence: true, sampling: 5",
                "main: { type: ipfix, collector: \"127.0.0.1:%d\" }\n".formatted(collector.port()));
        assertEquals(4, subject.appliance().sources().size());
        for (int group = 8; group <= 11; group++) {
            send(Traffic.at(Lab.SERVER4, group), 100 * group, 64);
        }
        Wait.until(
                "all",
                () -> subject.appliance().sources().stream()
                        .allMatch(source -> source instanceof NflogSource nflog
                                && nflog.stats().packets() + nflog.stats().lostEvents() == 100L * nflog.number()));
        subject.stop();
        collector.waitForDatagrams(subject.appliance().collectors().stream()
                .mapToLong(exporter -> exporter.encoded().datagrams())
                .sum());
        Map<Long, Long> byDomain = new TreeMap<>();
        collector
                .messages()
                .forEach(message -> message.records().stream()
                        .filter(record -> !record.template().isOptions())
                        .forEach(record -> {
                            assertEquals(
                                    message.observationDomain() + 7, record.unsigned(IanaElements.selectionSequenceId));
                            byDomain.merge(message.observationDomain(), 1L, Long::sum);
                        }));
        assertEquals(Map.of(1L, 800L, 2L, 900L, 3L, 1_000L, 4L, 1_100L), byDomain);
        // RFC 5476: how they were selected.
        List<DataRecord> selectors = collector.messages().stream()
                .flatMap(message -> message.records().stream())
                .filter(record -> record.templateId() == 637)
                .toList();
        assertFalse(selectors.isEmpty());
        for (DataRecord selector : selectors) {
            assertEquals(1, selector.unsigned(IanaElements.selectorAlgorithm), "by their count");
        }
        List<Long> rates = collector.messages().stream()
                .flatMap(message -> message.records().stream())
                .filter(record -> record.has(IanaElements.samplingInterval))
                .map(record -> record.unsigned(IanaElements.samplingInterval))
                .distinct()
                .toList();
        assertEquals(List.of(5L), rates);
    }

    @Test
    void aGroupThatAnotherHasIsNamedWithItsOwner() throws Exception {
        String exporter = "main: { type: ipfix, collector: \"127.0.0.1:%d\" }\n".formatted(collector.port());
        start("groups: [8]", exporter);
        StartException refused = assertThrows(StartException.class, () -> start("groups: [7, 8]", exporter));
        assertTrue(
                refused.advice().contains("NFLOG group 8 is taken, by ")
                        && refused.advice().contains("choose another group"),
                refused.advice());
        // And what had been taken is free again.
        start("groups: [7]", exporter);
    }

    @Test
    void aReloadChangesHowMuchIsCopied() throws Exception {
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8 --nflog-threshold 1");
        Path capture = directory.resolve("some.pcapng");
        String exporter = "dump: { type: pcap, file: { path: %s } }\n".formatted(capture);
        Subject subject = start("groups: [8], copy-range: 40", exporter);
        send(NOWHERE, 1, 500);
        waitForAll(subject, 1);
        NflogSource before = source(subject);
        subject.appliance().reload(ConfigLoader.parse("test.yaml", yaml("groups: [8]", exporter)));
        assertEquals(before, source(subject));
        Wait.until(
                "another range",
                () -> lab.inRouter("cat", "/proc/net/netfilter/nfnetlink_log").contains(" 65531 "));
        send(NOWHERE, 1, 500);
        waitForAll(subject, 2);
        subject.stop();
        assertEquals(List.of("542\t54", "542\t542"), fields(capture, "", "frame.len", "frame.cap_len"));
    }

    @Test
    void filesRotateAndEachIsWhole() throws Exception {
        Requires.tools("tshark");
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8");
        Subject subject = start(
                "groups: [8]",
                "dump: { type: pcap, file: { path: %s, rotate-size: 64KiB, keep: 100 }, flush-interval: 20ms }\n"
                        .formatted(directory.resolve("r.pcapng")));
        send(NOWHERE, 1_000, 1_000);
        waitForAll(subject, 1_000);
        subject.stop();
        assertAllSent(subject);
        long packets = 0;
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.toList();
        }
        assertTrue(files.size() > 5, files::toString);
        for (Path file : files) {
            packets += tshark(file, "frame.interface_name == \"inside\" and udp.dstport == 9");
        }
        assertEquals(1_000, packets);
    }

    @Test
    void textOutputsHaveEveryPacketByName() throws Exception {
        Requires.tools("jq", "xmllint", "python3");
        log("FORWARD", "-p tcp --syn", "--nflog-group 8 --nflog-prefix syn:");
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8 --nflog-prefix <&>");
        try (Rsyslogd rsyslogd = Rsyslogd.start(directory.resolve("rsyslog"))) {
            Path json = directory.resolve("p.json");
            Path csv = directory.resolve("p.csv");
            Path xml = directory.resolve("p.xml");
            Path elastic = directory.resolve("e.json");
            Subject subject = start("groups: [8]", """
                    log: { type: json, file: { path: %s } }
                    table: { type: csv, file: { path: %s } }
                    document: { type: xml, file: { path: %s } }
                    elastic: { type: json, names: ecs, file: { path: %s } }
                    lines: { type: syslog, unix: %s, app-name: firewall }
                    """.formatted(json, csv, xml, elastic, rsyslogd.socket()));
            traffic.tcp(SERVER, 100, 100, false);
            send(NOWHERE, 20, 64);
            waitForAll(subject, 21);
            subject.stop();
            assertEquals(
                    "20",
                    Program.run(
                                    "jq",
                                    "-s",
                                    "[.[].flow | select(.destinationTransportPort == 9 and .packetPrefix == \"<&>\""
                                            + " and .ingressInterfaceName == \"inside\""
                                            + " and .egressInterfaceName == \"outside\" and .ipTotalLength == 92)] | length",
                                    json.toString())
                            .strip());
            assertEquals(
                    "20",
                    Program.run(
                                    "jq",
                                    "-s",
                                    "[.[] | select(.destination.port == 9 and .[\"@timestamp\"] != null)] | length",
                                    elastic.toString())
                            .strip());
            assertEquals(
                    "20",
                    Program.run(
                                    "xmllint",
                                    "--xpath",
                                    "count(/netfilter/flow[packetPrefix='<&>'][destinationTransportPort=9])",
                                    xml.toString())
                            .strip());
            assertEquals(
                    "20",
                    Program.run(
                                    "python3",
                                    "-c",
                                    "import csv, sys; print(sum(row['destinationTransportPort'] == '9'"
                                            + " for row in csv.DictReader(open(sys.argv[1], newline=''))))",
                                    csv.toString())
                            .strip());
            Wait.until("all lines", () -> rsyslogd.understood("firewall").size() == 21);
            String syn = rsyslogd.understood("firewall").stream()
                    .filter(line -> line.contains("PROTO=TCP"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    syn.matches(".*syn: IN=inside OUT=outside MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00"
                            + " SRC=198\\.51\\.100\\.2 DST=203\\.0\\.113\\.2 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=\\d+ DF"
                            + " PROTO=TCP SPT=\\d+ DPT=7001 WINDOW=\\d+ RES=0x00 SYN URGP=0"),
                    syn);
        }
    }

    /** Each connection gets a file of its own, with all that a reader has to know. */
    @Test
    void aReaderOfASocketGetsAWholeFileEachTime() throws Exception {
        Requires.tools("tshark");
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8 --nflog-threshold 1");
        try (ServerSocket reader = new ServerSocket(0, 4, InetAddress.ofLiteral("127.0.0.1"))) {
            start(
                    "groups: [8]",
                    "dump: { type: pcap, tcp: \"127.0.0.1:%d\", flush-interval: 20ms }\n"
                            .formatted(reader.getLocalPort()));
            for (int i = 0; i < 2; i++) {
                Path file = directory.resolve("connection" + i);
                try (Socket connection = reader.accept();
                        OutputStream out = Files.newOutputStream(file)) {
                    connection.setSoTimeout(1_000);
                    // What is sent to a connection that the reader has closed is lost.
                    Wait.until("packets", () -> {
                        send(NOWHERE, 1, 64);
                        byte[] octets = new byte[1 << 16];
                        out.write(
                                octets,
                                0,
                                Math.max(0, connection.getInputStream().read(octets)));
                        return Files.size(file) > 1_000;
                    });
                }
                send(NOWHERE, 2, 64);
                assertTrue(tshark(file, "frame.interface_name == \"inside\"") > 2);
            }
        }
    }

    /** While a reader takes nothing packets wait in the kernel's buffer; then it is given up. */
    @Test
    void aReaderThatHangsHoldsUpNobodyForLong() throws Exception {
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8 --nflog-threshold 8");
        int sent = 0;
        try (TextReader hanging = TextReader.open()) {
            Subject subject =
                    start("groups: [8], receive-buffer: 256KiB", """
                    hanging: { type: json, tcp: "127.0.0.1:%d", flush-interval: 20ms }
                    main: { type: ipfix, collector: "127.0.0.1:%d", flush-interval: 20ms }
                    """.formatted(hanging.port(), collector.port()));
            Wait.until("a connection", () -> hanging.accepted() == 1);
            hanging.hang();
            Collector output = subject.appliance().collectors().stream()
                    .filter(exporter -> exporter.name().equals("hanging"))
                    .findFirst()
                    .orElseThrow();
            for (int i = 0; i < MOST_ROUNDS && output.lostRecords() == 0; i++) {
                send(NOWHERE, A_ROUND, 64);
                sent += A_ROUND;
                Thread.sleep(200);
            }
            assertTrue(output.lostRecords() > 0, "never given up");
            Wait.until("what comes now comes in", () -> {
                long before = source(subject).stats().packets();
                send(NOWHERE, 8, 64);
                Thread.sleep(100);
                return source(subject).stats().packets() > before;
            });
            subject.stop();
            long delivered = source(subject).stats().packets();
            assertTrue(source(subject).stats().lostEvents() > 0, "the kernel had room for all");
            assertTrue(delivered < sent);
            assertEquals(logged(), delivered + source(subject).stats().lostEvents());
            for (Collector exporter : subject.appliance().collectors()) {
                assertEquals(
                        delivered,
                        exporter.encoded().flowRecords() + exporter.encoded().droppedRecords(),
                        exporter.name());
            }
        }
    }

    /** Nothing in a record of a packet counts: who has flows too would count twice. */
    @Test
    void nfdumpCountsNoTraffic() throws Exception {
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8");
        for (String protocol : List.of("netflow9", "ipfix")) {
            try (Nfcapd nfcapd = lab.closing(Nfcapd.start(directory.resolve(protocol)))) {
                Subject subject = start(
                        "groups: [8]",
                        "main: { type: %s, collector: \"127.0.0.1:%d\", flush-interval: 20ms }\n"
                                .formatted(protocol, nfcapd.port()));
                long before = logged();
                send(NOWHERE, 10, 64);
                waitForAll(subject, logged() - before);
                subject.stop();
                List<Map<String, Object>> flows = nfcapd.endWithFlows(protocol.equals("netflow9"));
                assertEquals(10, flows.size());
                for (Map<String, Object> flow : flows) {
                    assertEquals(Lab.SERVER4, flow.get("dst4_addr"));
                    assertEquals(9, Json.number(flow, "dst_port"));
                    assertTrue(Json.number(flow, "in_packets") <= 0, flow::toString);
                    assertTrue(Json.number(flow, "in_bytes") <= 0, flow::toString);
                }
            }
        }
    }

    @Test
    void doctorNamesWhoHasAGroup() throws Exception {
        Subject subject = start(
                "groups: [8]", "main: { type: ipfix, collector: \"127.0.0.1:%d\" }\n".formatted(collector.port()));
        List<Finding> findings = Checkup.findings(subject.appliance().config(), false, what -> {});
        assertTrue(
                findings.stream()
                        .anyMatch(finding -> finding.subject().contains("nflog group 8")
                                && finding.what().startsWith("is taken, by ")),
                findings::toString);
        assertTrue(
                findings.stream()
                        .anyMatch(finding -> finding.subject().endsWith("nflog")
                                && finding.what().equals("answers")),
                findings::toString);
        subject.stop();
        assertTrue(Checkup.findings(subject.appliance().config(), false, what -> {}).stream()
                .noneMatch(finding -> finding.what().startsWith("is taken, by ")));
    }

    @Test
    void aReloadMayGiveTheReadersOtherGroups() throws Exception {
        log("FORWARD", "-p udp --dport 9", "--nflog-group 9 --nflog-threshold 1");
        String exporter =
                "main: { type: ipfix, collector: \"127.0.0.1:%d\", flush-interval: 20ms,".formatted(collector.port())
                        + " template-refresh: { interval: 1s } }\n";
        Subject subject = start("groups: [8, 9]", exporter);
        send(NOWHERE, 3, 64);
        NflogSource second = assertInstanceOf(
                NflogSource.class, subject.appliance().sources().get(1));
        Wait.until("all", () -> second.stats().packets() == 3);
        assertTrue(subject.appliance()
                .reload(ConfigLoader.parse("test.yaml", yaml("groups: [9, 10]", exporter)))
                .reloaded());
        send(NOWHERE, 4, 64);
        waitForAll(subject, 4);
        Wait.until(
                "another selection",
                () -> collector.messages().stream()
                        .filter(message -> message.observationDomain() == 1)
                        .flatMap(message -> message.records().stream())
                        .anyMatch(record ->
                                record.templateId() == 636 && record.unsigned(IanaElements.selectionSequenceId) == 9));
        subject.stop();
        assertEquals(4, source(subject).stats().packets());
    }

    @Test
    void aFullDiskLeavesAWholeFileAndIsCounted() throws Exception {
        Requires.tools("mount", "umount", "tshark");
        log("FORWARD", "-p udp --dport 9", "--nflog-group 8");
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Program.run("mount", "-t", "tmpfs", "-o", "size=256k", "nurs", disk.toString());
        try {
            Path file = disk.resolve("p.pcapng");
            Subject subject = start(
                    "groups: [8]", "dump: { type: pcap, file: { path: %s }, flush-interval: 20ms }\n".formatted(file));
            send(NOWHERE, 1_000, 1_000);
            waitForAll(subject, 1_000);
            Collector dump = subject.collector();
            Wait.until("a full disk", () -> dump.lostRecords() > 0);
            subject.stop();
            long written = source(subject).stats().packets() - dump.notSent().flows();
            assertTrue(written > 0 && dump.notSent().flows() > 0, written + " written");
            // It says so if a block is cut short.
            assertEquals(written, tshark(file, ""));
        } finally {
            Program.run("umount", disk.toString());
        }
    }
}
