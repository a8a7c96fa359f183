package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Scrape;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as an operator starts it: the launcher, with the modules that the build has packed. */
@Tag("netns")
class NursdIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final Pattern RULE = Pattern.compile("nft '([^']+)'");

    private static final String[] IN_NEW_NAMESPACE = {
        "unshare", "-n", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"
    };

    private static final String LEAST = """
            stacks:
              - name: flows
                source: { type: conntrack%s }
                exporters: [main]
            exporters:
              main: { type: netflow9, collector: "%s" }
            """;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }

    private <T extends AutoCloseable> T closing(T part) {
        open.add(part);
        return part;
    }

    private Program nursd(List<String> before, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(LAUNCHER.toString());
        command.addAll(List.of(arguments));
        return closing(Program.start(command));
    }

    private Program run(String config, String... before) throws IOException {
        Path file = Files.writeString(directory.resolve("nurs.yaml"), config);
        return nursd(List.of(before), "run", "--config", file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalHasTheRestReportedAndEndsItCleanly(String signal) throws Exception {
        Lab lab = closing(Lab.open());
        Server.start(lab);
        RecordingCollector collector = closing(RecordingCollector.open());
        Program nursd = run(LEAST.formatted(", namespace: " + lab.router(), "127.0.0.1:" + collector.port()));
        nursd.waitForOutput("nursd is running");
        new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 7, 100, 200);
        new Traffic(lab).tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 10_000, 100_000, false);
        Program.run("kill", "-" + signal, Long.toString(nursd.pid()));
        assertEquals(0, nursd.exitCode(), nursd.output());

        collector.waitForDatagrams(datagrams(nursd.output()));
        Counted sum = new Counted(0, 0);
        for (FlowFact fact : collector.facts()) {
            assertEquals(4, fact.endReason(), "forced end");
            sum = sum.plus(new Counted(fact.packets(), fact.bytes()));
        }
        assertEquals(lab.forwarded(), sum);
    }

    @Test
    void aSignalHasLiveFlowsReportedAtOnce() throws Exception {
        Lab lab = closing(Lab.open());
        Server.start(lab);
        RecordingCollector collector = closing(RecordingCollector.open());
        String options = ", active-timeout: 1h, namespace: " + lab.router();
        Program nursd = run(LEAST.formatted(options, "127.0.0.1:" + collector.port()));
        nursd.waitForOutput("nursd is running");
        new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 7, 100, 200);
        Program.run("kill", "-USR2", Long.toString(nursd.pid()));
        Wait.until(
                "a report on the way",
                () -> collector.total().equals(lab.forwarded())
                        && collector.facts().stream().allMatch(fact -> fact.endReason() == 2));
        nursd.waitForOutput("reported live flows as asked");
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        assertTrue(nursd.output().contains("1 flows seen, 1 live, 0 ended"), nursd.output());
    }

    private static int datagrams(String output) {
        Matcher matcher = Pattern.compile("records in (\\d+) datagrams").matcher(output);
        assertTrue(matcher.find(), output);
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void exportsTheNamespaceItIsStartedInToTheCollectorOnItsCommandLine() throws Exception {
        Lab lab = closing(Lab.open());
        Server.start(lab);
        for (String name : List.of("acct", "timestamp", "events")) {
            lab.sysctl("net.netfilter.nf_conntrack_" + name, 0);
        }
        Program nursd = nursd(
                Lab.within(lab.router()),
                "run",
                "--collector",
                "netflow9://127.0.0.1:" + RecordingCollector.freePort() + "?options=false");
        nursd.waitForOutput("nursd is running");
        for (String name : List.of("acct", "timestamp", "events")) {
            assertTrue(nursd.output().contains("sysctl -w net.netfilter.nf_conntrack_" + name + "=1"), nursd.output());
        }
        lab.sysctl("net.netfilter.nf_conntrack_acct", 1);
        new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 7, 100, 200);
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        // Templates are announced at start, and again when the kernel has said that nothing listens there.
        assertTrue(nursd.output().matches("(?s).*: 2 records in [2-5] datagrams.*"), nursd.output());
    }

    @Test
    void metricsPageAndHealthAreServedWithoutAWordInTheConfiguration() throws Exception {
        Requires.tools("curl");
        Lab lab = closing(Lab.open());
        Server.start(lab);
        Program nursd = nursd(Lab.within(lab.router()), "run", "--collector", "netflow9://127.0.0.1:9995");
        nursd.waitForOutput("nursd is running");
        new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 7, 100, 200);
        lab.inRouter("conntrack", "-F");
        Wait.until(
                "the flow is counted",
                () -> scrape(lab).sum("nurs_traffic_packets_total", "protocol", "udp") >= 14
                        && scrape(lab).sum("nurs_flows_exported_total") >= 1);
        Scrape scrape = scrape(lab);
        assertTrue(scrape.sum("jvm_memory_used_bytes", "area", "heap") > 0);
        assertTrue(scrape.sum("process_resident_memory_bytes") > 0);
        assertTrue(get(lab, "/").contains("<title>"), "the status page");
        assertTrue(get(lab, "/status.json").contains("\"sources\""));
        assertTrue(get(lab, "/healthz").startsWith("ok"));
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
    }

    private static Scrape scrape(Lab lab) throws IOException, InterruptedException {
        return Scrape.parse(get(lab, "/metrics"));
    }

    private static String get(Lab lab, String path) throws IOException, InterruptedException {
        return lab.inRouter("curl", "-sS", "--fail", "--max-time", "60", "http://127.0.0.1:9469" + path);
    }

    /** Until then an exporter in it looks dead. */
    @Test
    void aNamespaceThatTracksNothingIsToldWhichRuleStartsIt() throws Exception {
        Requires.root();
        Requires.tools("unshare", "nsenter", "nft", "ip", "python3");
        Program nursd = run(LEAST.formatted("", "127.0.0.1:9"), IN_NEW_NAMESPACE);
        nursd.waitForOutput("tracks no connection at all");
        Matcher rule = RULE.matcher(nursd.output());
        assertTrue(rule.find(), nursd.output());
        inNamespaceOf(nursd, "nft", rule.group(1));
        String count =
                "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 7)); "
                        + "print(open('/proc/sys/net/netfilter/nf_conntrack_count').read())";
        Wait.until(
                "an entry",
                () -> !inNamespaceOf(nursd, "python3", "-c", count).strip().equals("0"));
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
    }

    private static String inNamespaceOf(Program nursd, String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of("nsenter", "-t", Long.toString(nursd.pid()), "-n"));
        whole.addAll(List.of(command));
        return Program.run(whole.toArray(String[]::new));
    }

    @Test
    void withoutThePrivilegeItSaysWhichOneItNeeds() throws Exception {
        Requires.root();
        Requires.tools("unshare", "setpriv", "ip");
        List<String> before = new ArrayList<>(List.of(IN_NEW_NAMESPACE));
        before.addAll(List.of("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"));
        Program nursd = run(LEAST.formatted("", "127.0.0.1:9"), before.toArray(String[]::new));
        assertFailure(nursd, 1, "CAP_NET_ADMIN");
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() throws Exception {
        assertFailure(run(LEAST.formatted(", namespace: nurs-nowhere", "127.0.0.1:9")), 1, "/run/netns/nurs-nowhere");
    }

    /** The rest goes on: it may resolve later. */
    @Test
    void aCollectorThatDoesNotResolveIsNamed() throws Exception {
        Requires.root();
        Requires.tools("unshare", "ip");
        Program nursd = run(LEAST.formatted("", "nowhere.invalid:9995"), IN_NEW_NAMESPACE);
        nursd.waitForOutput("nowhere.invalid does not resolve");
        nursd.waitForOutput("nursd is running");
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
    }

    @Test
    void anUnknownKeyIsAUsageErrorWithItsPlace() throws Exception {
        assertFailure(run(LEAST.formatted(", namespaze: x", "127.0.0.1:9")), 2, "nurs.yaml:3:");
    }

    @Test
    void anAddressThatIsNoneIsAUsageError() throws Exception {
        assertFailure(run(LEAST.formatted("", "127.0.0.256")), 2, "is not an IPv4 address");
    }

    private static void assertFailure(Program nursd, int code, String reason) throws Exception {
        assertEquals(code, nursd.exitCode(), nursd.output());
        String output = nursd.output();
        // What it logs on the way begins with the date.
        List<String> lines =
                output.lines().filter(line -> !line.matches("20\\d\\d-.*")).toList();
        assertEquals(1, lines.size(), output);
        assertTrue(lines.getFirst().contains(reason), output);
        assertFalse(output.contains("\tat "), output);
    }
}
