package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** tcpdump beside a collector on 127.0.0.1, and what tshark reads in the capture. */
public final class Capture implements AutoCloseable {
    private static final int FILE_HEADER = 24;
    private static final int PACKET_HEADER = 16;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM d, yyyy HH:mm:ss.SSSSSSSSS zzz", Locale.ROOT);

    private final int port;
    private final Path file;
    private final Program program;

    private Capture(int port, Path file, Program program) {
        this.port = port;
        this.file = file;
        this.program = program;
    }

    public static Capture start(int port, Path directory) throws IOException {
        Requires.tools("tshark");
        return start(port, directory, "udp dst port " + port);
    }

    /** Both ways over TCP, for whoever reads {@link #file()} by himself. */
    public static Capture ofStreams(List<Integer> ports, Path directory) throws IOException {
        return start(
                ports.getFirst(),
                directory,
                "tcp and (" + ports.stream().map(port -> "port " + port).collect(Collectors.joining(" or ")) + ")");
    }

    private static Capture start(int port, Path directory, String filter) throws IOException {
        Requires.tools("tcpdump");
        Path file = Files.createTempFile(directory, "capture", ".pcap");
        Program program = Program.start(List.of(
                "tcpdump",
                "-Z",
                "root",
                "-i",
                "lo",
                "-U",
                "--immediate-mode",
                // In immediate mode each packet takes a slot as long as the longest: room for a burst of 500.
                "-s",
                "65535",
                "-B",
                "32768",
                "-w",
                file.toString(),
                filter));
        program.waitForOutput("listening on");
        return new Capture(port, file, program);
    }

    public Path file() {
        return file;
    }

    /** Waits for so many datagrams, ends, and tells the flows in them. tshark must have found nothing odd. */
    public List<FlowFact> end(long datagrams) throws IOException, InterruptedException {
        List<FlowFact> facts = new ArrayList<>();
        for (Map<String, Object> cflow : messages(datagrams)) {
            flows(cflow).forEach(flow -> facts.add(fact(flow, boot(cflow))));
        }
        return facts;
    }

    /** As {@link #end}, but all that tshark tells of each flow. */
    public List<Map<String, Object>> endWithFlows(long datagrams) throws IOException, InterruptedException {
        return messages(datagrams).stream()
                .flatMap(cflow -> flows(cflow).stream())
                .toList();
    }

    /** As {@link #endWithFlows}, but of records of counters. */
    public List<Map<String, Object>> endWithObservations(long datagrams) throws IOException, InterruptedException {
        List<Map<String, Object>> records = new ArrayList<>();
        for (Map<String, Object> cflow : messages(datagrams)) {
            cflow.forEach((name, value) -> {
                if (name.matches("(Flow)?Set .*id=6\\d\\d.*")) {
                    Json.object(value).forEach((record, fields) -> {
                        if (record.startsWith("Flow ")) {
                            records.add(Json.object(fields));
                        }
                    });
                }
            });
        }
        return records;
    }

    private List<Map<String, Object>> messages(long datagrams) throws IOException, InterruptedException {
        Wait.until(() -> datagrams + " datagrams in " + file + ended(), () -> packets() >= datagrams);
        program.terminate();
        program.exitCode();
        assertEquals(datagrams, packets());
        assertEquals("", tshark("-q", "-z", "expert,note").strip(), "tshark's expert information");
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Map<String, Object> packet : Json.objects(tshark("-T", "json", "--no-duplicate-keys"))) {
            Map<String, Object> layers =
                    Json.object(Json.object(packet.get("_source")).get("layers"));
            messages.add(Json.object(layers.get("cflow")));
        }
        return messages;
    }

    /** What tcpdump has to say, its counts of packets received and dropped among it. */
    private String ended() {
        return Wait.unchecked(() -> {
            int count = packets();
            program.terminate();
            return ", which has " + count + "; " + program.exitCode() + " " + program.output();
        });
    }

    private String tshark(String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("tshark", "-n", "-r", file.toString(), "-d", "udp.port==" + port + ",cflow"));
        command.addAll(List.of(options));
        // Run as root it says so, on standard error.
        String output = Program.run(command.toArray(String[]::new));
        return output.lines()
                .filter(line -> !line.startsWith("Running as user"))
                .reduce("", (a, b) -> a + "\n" + b);
    }

    private int packets() throws IOException {
        ByteBuffer pcap = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        int count = 0;
        int offset = FILE_HEADER;
        while (offset + PACKET_HEADER <= pcap.limit()) {
            offset += PACKET_HEADER + pcap.getInt(offset + 8);
            count += offset <= pcap.limit() ? 1 : 0;
        }
        return count;
    }

    private static BigDecimal boot(Map<String, Object> cflow) {
        BigDecimal uptime = new BigDecimal(String.valueOf(cflow.get("cflow.sysuptime")));
        Map<String, Object> header = Json.object(cflow.get("cflow.timestamp_tree"));
        return new BigDecimal(String.valueOf(header.get("cflow.unix_secs"))).subtract(uptime);
    }

    /** Option records have no protocol. */
    private static List<Map<String, Object>> flows(Map<String, Object> cflow) {
        List<Map<String, Object>> flows = new ArrayList<>();
        cflow.forEach((name, value) -> {
            if (name.matches("(Flow)?Set .*") && !name.contains("Template")) {
                Json.object(value).forEach((flow, fields) -> {
                    if (flow.startsWith("Flow ") && Json.object(fields).containsKey("cflow.protocol")) {
                        flows.add(Json.object(fields));
                    }
                });
            } else if (name.startsWith("pdu ")) {
                // NetFlow v5 has no sets.
                flows.add(Json.object(value));
            }
        });
        return flows;
    }

    private static FlowFact fact(Map<String, Object> flow, BigDecimal boot) {
        List<Map<String, Object>> times = Json.objects(flow.get("cflow.timedelta_tree"));
        long first = millis(times.get(1), "cflow.abstimestart");
        long last = millis(times.get(1), "cflow.abstimeend");
        assertEquals(first, sinceBoot(times.get(0), "cflow.timestart", boot), "fields 22 and 152");
        assertEquals(last, sinceBoot(times.get(0), "cflow.timeend", boot), "fields 21 and 153");
        boolean ipv6 = flow.containsKey("cflow.srcaddrv6");
        int type = Json.integer(flow, ipv6 ? "cflow.icmp_ipv6_type" : "cflow.icmp_ipv4_type");
        int code = Json.integer(flow, ipv6 ? "cflow.icmp_ipv6_code" : "cflow.icmp_ipv4_code");
        if (type >= 0 && !ipv6) {
            // For IPv6 tshark itself takes the field of both apart.
            assertEquals(type << 8 | code, Json.integer(flow, "cflow.icmp_type_code_ipv4"), "fields 32, 176 and 177");
        }
        return new FlowFact(
                Json.integer(flow, "cflow.protocol"),
                Json.either(flow, "cflow.srcaddr", "cflow.srcaddrv6"),
                Math.max(0, Json.integer(flow, "cflow.srcport")),
                Json.either(flow, "cflow.dstaddr", "cflow.dstaddrv6"),
                Math.max(0, Json.integer(flow, "cflow.dstport")),
                Json.either(flow, "cflow.post_natsource_ipv4_address", "cflow.post_nat_source_ipv6_address"),
                Math.max(0, Json.integer(flow, "cflow.post_naptsource_transport_port")),
                Json.either(flow, "cflow.post_natdestination_ipv4_address", "cflow.post_nat_destination_ipv6_address"),
                Math.max(0, Json.integer(flow, "cflow.post_naptdestination_transport_port")),
                type,
                code,
                Json.number(flow, "cflow.packets"),
                Json.number(flow, "cflow.octets"),
                first,
                last,
                Json.integer(flow, "cflow.inputint"),
                Json.integer(flow, "cflow.outputint"),
                Json.integer(flow, "cflow.direction"),
                Json.integer(flow, "cflow.flow_end_reason"));
    }

    private static long millis(Map<String, Object> times, String key) {
        String text = String.valueOf(times.get(key)).replaceAll(" +", " ");
        return ZonedDateTime.parse(text, TIME).toInstant().toEpochMilli();
    }

    private static long sinceBoot(Map<String, Object> times, String key, BigDecimal boot) {
        return boot.add(new BigDecimal(String.valueOf(times.get(key))))
                .movePointRight(3)
                .longValueExact();
    }

    @Override
    public void close() throws IOException {
        program.close();
    }
}
