package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** nfdump's collector on 127.0.0.1, and what nfdump reads in the file it wrote. */
public final class Nfcapd implements AutoCloseable {
    private static final Pattern SUMS =
            Pattern.compile("Summary: total flows: (\\d+), total bytes: (\\d+), total packets: (\\d+)");

    private final int port;
    private final Path directory;
    private final Program program;

    private Nfcapd(int port, Path directory, Program program) {
        this.port = port;
        this.directory = directory;
        this.program = program;
    }

    /** Listens on a free port, and writes its file into a new directory. */
    public static Nfcapd start(Path directory) throws IOException {
        return start(directory, LocalPort.free());
    }

    public static Nfcapd start(Path directory, int port) throws IOException {
        Requires.tools("nfcapd", "nfdump");
        Files.createDirectories(directory);
        Program program = Program.start(List.of(
                "nfcapd", "-b", "127.0.0.1", "-p", Integer.toString(port), "-w", directory.toString(), "-t", "3600"));
        LocalPort.waitUntilBound(port, program);
        return new Nfcapd(port, directory, program);
    }

    public int port() {
        return port;
    }

    /** Waits until it has taken what has arrived, ends it, and reads what it wrote. */
    public List<FlowFact> end() throws IOException, InterruptedException {
        return endWithFlows().stream().map(Nfcapd::fact).toList();
    }

    /** As {@link #end}, but all that nfdump tells of each flow. */
    public List<Map<String, Object>> endWithFlows() throws IOException, InterruptedException {
        return endWithFlows(true);
    }

    /** It counts no option records in IPFIX's sequence, so that it finds gaps where there are some. */
    public List<Map<String, Object>> endWithFlows(boolean inSequence) throws IOException, InterruptedException {
        LocalPort.waitUntilRead(port);
        program.end();
        String log = program.output();
        assertTrue(log.contains((inSequence ? "Sequence Errors: 0" : "") + ", Bad Packets: 0"), log);
        assertFalse(log.contains("rror:"), log);
        return Json.objects(Program.run("nfdump", "-R", directory.toString(), "-o", "json"));
    }

    /** As {@link #end}, but only the sum of what it has: flows, packets, octets. */
    public long[] endWithSums() throws IOException, InterruptedException {
        LocalPort.waitUntilRead(port);
        program.end();
        String log = program.output();
        assertTrue(log.contains("Sequence Errors: 0, Bad Packets: 0"), log);
        String flows = Program.run("nfdump", "-R", directory.toString(), "-N");
        Matcher sums = SUMS.matcher(flows);
        assertTrue(sums.find(), () -> flows);
        return new long[] {Long.parseLong(sums.group(1)), Long.parseLong(sums.group(3)), Long.parseLong(sums.group(2))};
    }

    /** Its JSON leaves out what is 0. */
    private static FlowFact fact(Map<String, Object> flow) {
        int icmpType = Json.integer(flow, "icmp_type");
        return new FlowFact(
                Json.integer(flow, "proto"),
                Json.either(flow, "src4_addr", "src6_addr"),
                Math.max(0, Json.integer(flow, "src_port")),
                Json.either(flow, "dst4_addr", "dst6_addr"),
                Math.max(0, Json.integer(flow, "dst_port")),
                Json.either(flow, "src4_xlt_ip", "src6_xlt_ip"),
                Math.max(0, Json.integer(flow, "src_xlt_port")),
                Json.either(flow, "dst4_xlt_ip", "dst6_xlt_ip"),
                Math.max(0, Json.integer(flow, "dst_xlt_port")),
                icmpType,
                Json.integer(flow, "icmp_code"),
                Json.number(flow, "in_packets"),
                Json.number(flow, "in_bytes"),
                millis(flow, "first"),
                millis(flow, "last"),
                Json.integer(flow, "input_snmp"),
                Json.integer(flow, "output_snmp"),
                Json.integer(flow, "direction"),
                -1);
    }

    private static long millis(Map<String, Object> flow, String key) {
        return LocalDateTime.parse(String.valueOf(flow.get(key)))
                .toInstant(ZoneOffset.UTC)
                .toEpochMilli();
    }

    @Override
    public void close() throws IOException {
        program.close();
    }
}
