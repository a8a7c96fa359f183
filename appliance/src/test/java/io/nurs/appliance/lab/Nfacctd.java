package io.nurs.appliance.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** pmacct's collector on 127.0.0.1, which prints flows as JSON. */
public final class Nfacctd implements AutoCloseable {
    /** It knows neither ICMP types nor milliseconds by itself, but can be told of fields. */
    private static final String PRIMITIVES = """
            name=icmp4 field_type=32 len=2 semantics=u_int
            name=icmp6 field_type=139 len=2 semantics=u_int
            name=first field_type=152 len=8 semantics=u_int
            name=last field_type=153 len=8 semantics=u_int
            name=reason field_type=136 len=1 semantics=u_int
            """;

    private static final Map<String, Integer> PROTOCOLS =
            Map.of("icmp", Traffic.ICMP, "tcp", Traffic.TCP, "udp", Traffic.UDP, "ipv6-icmp", Traffic.ICMPV6);

    private final int port;
    private final Path flows;
    private final Program program;

    private Nfacctd(int port, Path flows, Program program) {
        this.port = port;
        this.flows = flows;
        this.program = program;
    }

    public static Nfacctd start(Path directory) throws IOException {
        return start(directory, false);
    }

    /** One that multiplies by the sampling it is told of. */
    public static Nfacctd scaling(Path directory) throws IOException {
        return start(directory, true);
    }

    private static Nfacctd start(Path directory, boolean scaling) throws IOException {
        Requires.tools("nfacctd");
        int port = LocalPort.free();
        Path flows = directory.resolve("flows.json");
        Path primitives = Files.writeString(directory.resolve("primitives.lst"), PRIMITIVES);
        Path config =
                Files.writeString(directory.resolve("nfacctd.conf"), """
                nfacctd_ip: 127.0.0.1
                nfacctd_port: %d
                nfacctd_renormalize: %s
                plugins: print[flows]
                aggregate_primitives: %s
                aggregate[flows]: src_host,dst_host,src_port,dst_port,proto,post_nat_src_host,post_nat_dst_host,\
                post_nat_src_port,post_nat_dst_port,icmp4,icmp6,first,last,reason
                print_output[flows]: json
                print_output_file[flows]: %s
                print_output_file_append[flows]: true
                print_refresh_time[flows]: 1
                """.formatted(port, scaling, primitives, flows));
        Program program = Program.start(List.of("nfacctd", "-f", config.toString()));
        LocalPort.waitUntilBound(port, program);
        // Until its plugin runs, what comes is lost.
        program.waitForOutput("Purging cache - END");
        return new Nfacctd(port, flows, program);
    }

    public int port() {
        return port;
    }

    /** Waits for so many flows. */
    public List<FlowFact> facts(int count) {
        return flows(count).stream().map(Nfacctd::fact).toList();
    }

    /** As {@link #facts}, but as it prints them. */
    public List<Map<String, Object>> flows(int count) {
        Wait.until(
                () -> count + " flows of " + Wait.unchecked(program::output),
                () -> Files.exists(flows) && Files.readAllLines(flows).size() >= count);
        return Wait.unchecked(() -> Files.readAllLines(flows)).stream()
                .map(line -> Json.objects("[" + line + "]").getFirst())
                .toList();
    }

    /** What this collector knows of a flow: not the addresses behind IPv6 NAT. */
    public static FlowFact known(FlowFact fact) {
        boolean ipv6 = fact.source().contains(":");
        return new FlowFact(
                fact.protocol(),
                fact.source(),
                fact.sourcePort(),
                fact.destination(),
                fact.destinationPort(),
                ipv6 ? "::" : fact.postSource(),
                fact.postSourcePort(),
                ipv6 ? "::" : fact.postDestination(),
                fact.postDestinationPort(),
                fact.icmpType(),
                fact.icmpCode(),
                fact.packets(),
                fact.bytes(),
                fact.firstMillis(),
                fact.lastMillis(),
                -1,
                -1,
                -1,
                fact.endReason());
    }

    private static FlowFact fact(Map<String, Object> flow) {
        int protocol = PROTOCOLS.getOrDefault(text(flow, "ip_proto"), -1);
        int typeAndCode = Json.integer(flow, protocol == Traffic.ICMPV6 ? "icmp6" : "icmp4");
        boolean icmp = protocol == Traffic.ICMP || protocol == Traffic.ICMPV6;
        return new FlowFact(
                protocol,
                text(flow, "ip_src"),
                Json.integer(flow, "port_src"),
                text(flow, "ip_dst"),
                Json.integer(flow, "port_dst"),
                text(flow, "post_nat_ip_src"),
                Json.integer(flow, "post_nat_port_src"),
                text(flow, "post_nat_ip_dst"),
                Json.integer(flow, "post_nat_port_dst"),
                icmp ? typeAndCode >> 8 : -1,
                icmp ? typeAndCode & 0xff : -1,
                Json.number(flow, "packets"),
                Json.number(flow, "bytes"),
                Json.number(flow, "first"),
                Json.number(flow, "last"),
                -1,
                -1,
                -1,
                Json.integer(flow, "reason"));
    }

    private static String text(Map<String, Object> flow, String key) {
        String text = String.valueOf(flow.get(key));
        return text.isEmpty() ? "::" : text;
    }

    /** It ends, with its plugin's process, on SIGINT. */
    @Override
    public void close() throws IOException {
        if (program.isRunning()) {
            Wait.unchecked(() -> {
                program.interrupt();
                return program.exitCode();
            });
        }
        program.close();
    }
}
