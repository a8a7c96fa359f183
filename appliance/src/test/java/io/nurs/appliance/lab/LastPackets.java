package io.nurs.appliance.lab;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** tcpdump on the router's link to the client, and what tshark reads in the capture: when each flow's last packet passed. */
public final class LastPackets implements AutoCloseable {
    /** The first of each, where there are several: a tunnel's, and not what it carries. */
    private static final List<String> FIELDS = List.of(
            "frame.time_epoch",
            "ip.proto",
            "ip.src",
            "ip.dst",
            "ipv6.nxt",
            "ipv6.src",
            "ipv6.dst",
            "tcp.srcport",
            "tcp.dstport",
            "udp.srcport",
            "udp.dstport");

    private final Path file;
    private final Program program;

    /** What the client began, whichever direction is seen; a port is 0 where there is none. */
    public record Flow(int protocol, int clientPort, InetAddress server, int serverPort) {
        private static Flow of(int protocol, String source, int sourcePort, String destination, int destinationPort) {
            InetAddress from = Traffic.address(source);
            boolean answer = from.equals(Traffic.address(Lab.SERVER4)) || from.equals(Traffic.address(Lab.SERVER6));
            return answer
                    ? new Flow(protocol, destinationPort, from, sourcePort)
                    : new Flow(protocol, sourcePort, Traffic.address(destination), destinationPort);
        }

        public static Flow of(FlowFact fact) {
            return of(fact.protocol(), fact.source(), fact.sourcePort(), fact.destination(), fact.destinationPort());
        }
    }

    private LastPackets(Path file, Program program) {
        this.file = file;
        this.program = program;
    }

    public static LastPackets start(Lab lab, Path directory) throws IOException {
        Requires.tools("tcpdump", "tshark");
        Path file = Files.createTempFile(directory, "packets", ".pcap");
        Program program = Program.start(Lab.within(
                lab.router(),
                "tcpdump",
                "-Z",
                "root",
                "-i",
                "inside",
                "-U",
                "--immediate-mode",
                "-w",
                file.toString(),
                "host %s or host %s".formatted(Lab.SERVER4, Lab.SERVER6)));
        program.waitForOutput("listening on");
        return new LastPackets(file, program);
    }

    /** Unix milliseconds by flow. ICMP errors belong to none. */
    public Map<Flow, Long> end() throws IOException, InterruptedException {
        program.terminate();
        program.exitCode();
        Map<Flow, Long> times = new HashMap<>();
        for (String line : tshark().split("\n", -1)) {
            String[] fields = line.split("\t", -1);
            if (fields.length == FIELDS.size()) {
                long millis = new BigDecimal(fields[0]).movePointRight(3).longValue();
                times.merge(flow(fields), millis, Math::max);
            }
        }
        return times;
    }

    private static Flow flow(String[] fields) {
        int ip = fields[1].isEmpty() ? 4 : 1;
        int ports = fields[7].isEmpty() ? 9 : 7;
        return Flow.of(
                number(fields[ip]), fields[ip + 1], number(fields[ports]), fields[ip + 2], number(fields[ports + 1]));
    }

    private static int number(String digits) {
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    private String tshark() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("tshark", "-n", "-r", file.toString(), "-Y", "not icmp.type == 3 and not icmpv6.type < 128"));
        command.addAll(List.of("-T", "fields", "-E", "occurrence=f"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        return Program.run(command.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        program.close();
    }
}
