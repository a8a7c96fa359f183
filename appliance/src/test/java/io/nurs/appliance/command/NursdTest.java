package io.nurs.appliance.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.pcap.Packets;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class NursdTest {
    private static final String VALID = """
            sources: { spare: { type: conntrack } }
            stacks:
              - name: flows
                source: { type: conntrack, mark: 0x1000/0x1000, namespace: monitorns, events: nat, nat-blocks: 512 }
                filters: [{ type: mark-interfaces, ingress: 0xf, egress: 0xf }]
                exporters: [main]
              - { name: ends, source: { type: conntrack, accounting: end }, exporters: [main] }
            exporters:
              main: { type: netflow9, collector: 192.0.2.10, fields: nat-events }
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void checkPrintsWhatWouldRun(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("nurs.yaml"), VALID);

        assertEquals(0, nursd("check", "--config", file.toString()));
        assertEquals("""
                transport epoll
                source flows: conntrack, accounting delta every 1m, delivery reliable, NAT events in blocks of 512 ports, mark 0x1000/0x1000, namespace monitorns
                source ends: conntrack, accounting end, delivery reliable
                stack flows: flows -> mark-interfaces -> main
                stack ends: ends -> main
                exporter main: netflow9 to 192.0.2.10:9995, observation domain 1 (source flows), 2 (source ends)
                metrics http://127.0.0.1:9469, for all who reach it
                """, out.toString());
        assertEquals("warning: " + file + ":1:19: sources.spare: no stack uses it\n", err.toString());
    }

    @Test
    void checkPrintsWhereOutputsGo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("nurs.yaml"), """
                stacks: [{ name: flows, source: { type: conntrack }, exporters: [log, live, safe, near, here, there] }]
                exporters:
                  log: { type: json, file: { path: /var/log/flows.json } }
                  live: { type: csv, file: { path: "-" } }
                  safe: { type: xml, tcp: "[2001:db8::1]:5170", tls: { certificate: /c, key: /k, trust: /t } }
                  near: { type: json, unix: /run/reader }
                  here: { type: syslog }
                  there: { type: syslog, udp: 192.0.2.20 }
                """);

        assertEquals(0, nursd("check", "--config", file.toString()));
        assertEquals(
                """
                exporter log: json to /var/log/flows.json
                exporter live: csv to standard output
                exporter safe: xml to tcp:[2001:db8::1]:5170 over tls
                exporter near: json to unix:/run/reader
                exporter here: syslog to unix:/dev/log
                exporter there: syslog to udp:192.0.2.20:514
                """,
                out.toString()
                        .lines()
                        .filter(line -> line.startsWith("exporter "))
                        .map(line -> line + "\n")
                        .collect(Collectors.joining()));
        assertEquals("", err.toString());
    }

    @Test
    void checkDescribesSourcesOfCounters(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("nurs.yaml"), """
                stacks:
                  - { name: acct, source: { type: nfacct, interval: 90s, namespace: monitorns }, exporters: [main] }
                  - { name: kept, source: { type: nfacct, zero: false }, exporters: [main] }
                  - { name: health, source: { type: conntrack-stats }, exporters: [main] }
                  - name: told
                    source: { type: conntrack-events, events: [update, new], protocols: [udp, tcp], family: ipv6, mark: 0x10/0xff }
                    exporters: [main]
                  - { name: rules, source: { type: nftables, trace: true, zero: true }, exporters: [main] }
                  - name: queues
                    source: { type: nfqueue, queues: [0-3, 7], policy: { verdict: repeat, mark: 10, drop-if: ttl < 3 } }
                    exporters: []
                  - { name: log, source: { type: nflog, groups: [8, 16-17], sampling: 10 }, exporters: [main] }
                exporters: { main: { type: netflow9, collector: "192.0.2.10:9995" } }
                """);

        assertEquals(0, nursd("check", "--config", file.toString()));
        assertEquals("""
                transport epoll
                source acct: nfacct every 1m30s, set to zero, namespace monitorns
                source kept: nfacct every 1m, left as they are
                source health: conntrack statistics every 1m, each CPU's too
                source told: conntrack events new, update, ipv6, protocols 6, 17, mark 0x10/0xff, delivery best-effort
                source rules: nftables, changes of the rule set, traces, counters and quotas every 1m, set to zero
                source queues: nfqueue 0-3,7, policy repeat, mark 0xa, drop if "ttl < 3", fail open
                source log: NFLOG, groups 8, 16, 17, one of 10 packets
                stack acct: acct -> main
                stack kept: kept -> main
                stack health: health -> main
                stack told: told -> main
                stack rules: rules -> main
                stack queues: queues
                stack log: log -> main
                exporter main: netflow9 to 192.0.2.10:9995, observation domain 1 (source acct), 2 (source kept), 3 (source health), 4 (source told), 5 (source rules), 6 to 8 (source log)
                metrics http://127.0.0.1:9469, for all who reach it
                """, out.toString());
    }

    @Test
    void checkListsEveryMistake(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("nurs.yaml"), "transport: x\nstacks: []\n");

        assertEquals(2, nursd("check", "--config", file.toString()));
        assertEquals(
                file + ":1:12: transport: \"x\" is unknown; known values: epoll, io_uring, auto\n" + file
                        + ":2:9: stacks: empty; list at least one stack\n",
                err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void wrongUsageIsOneLineAndCode2() {
        assertEquals(2, nursd());
        assertEquals(2, nursd("check"));
        assertEquals(2, nursd("check", "--config", "/nonexistent/nurs.yaml"));
        assertEquals(2, nursd("--nonsense"));
        assertEquals("""
                nursd: Missing required subcommand; see nursd --help
                nursd: Missing required option: '--config=FILE'; see nursd check --help
                /nonexistent/nurs.yaml: no such file
                nursd: Unknown option: '--nonsense'; see nursd --help
                """, err.toString());
    }

    @Test
    void printsVersionAndHelp() {
        assertEquals(0, nursd("--version"));
        assertTrue(out.toString().matches("(?s)nursd \\d+\\.\\d+.*\nNetty 4\\..*\nJava 25.*\n"), out::toString);
        assertEquals(0, nursd("--help"));
        assertEquals(0, nursd("check", "--help"));
        assertTrue(out.toString().contains("Exit codes:"), out::toString);
    }

    @Test
    void aSubcommandByItsNameIsTheOneThatTheHelpLists() {
        PrintWriter nobody = new PrintWriter(out);
        Nursd.commandLine(nobody, nobody).getSubcommands().forEach((name, command) -> {
            assertEquals(
                    name,
                    command.getCommand().getClass().getAnnotation(Command.class).name());
            assertEquals(
                    List.of(name),
                    List.copyOf(Nursd.commandLine(nobody, nobody, name, "--help")
                            .getSubcommands()
                            .keySet()));
        });
    }

    @Test
    void anExpectedFailureIsOneLineWithItsCode() {
        assertEquals(1, failing(() -> {
            throw CommandFailure.runtime("no CAP_NET_ADMIN; run as root");
        }));
        assertEquals(2, failing(() -> {
            throw CommandFailure.usage("collector.example does not resolve; write an address");
        }));
        assertEquals(
                "nursd: no CAP_NET_ADMIN; run as root\nnursd: collector.example does not resolve; write an address\n",
                err.toString());
    }

    @Test
    void anInternalErrorHasAStackTraceOnlyWhenVerbose() {
        Callable<Integer> broken = () -> {
            throw new IllegalStateException("broken");
        };

        assertEquals(1, failing(broken));
        assertEquals(
                "nursd: internal error: java.lang.IllegalStateException: broken; please report it, with what --verbose adds\n",
                err.toString());
        assertEquals(1, failing(broken, "--verbose"));
        assertTrue(err.toString().contains("\tat io.nurs.appliance"), err::toString);
    }

    @Test
    void verifyDoesNotCallGoodWhatItHasNotRead(@TempDir Path folder) throws IOException {
        byte[] message = HexFormat.of().parseHex("000a0010" + "6553f13c" + "00000000" + "00000001");
        Path file = folder.resolve("flows.pcap");
        for (int streams : new int[] {256, 257}) {
            List<byte[]> packets = IntStream.range(0, streams)
                    .mapToObj(port -> Packets.ipv4(6, Packets.tcp(port, 5, 0x10, message)))
                    .toList();
            Files.write(file, Packets.pcap(101, packets));

            assertEquals(streams > 256 ? 1 : 0, nursd("verify", file.toString()), out::toString);
        }
    }

    @Test
    void verifyAsACollectorSaysWhatItLoses(@TempDir Path folder) throws IOException {
        // octetDeltaCount 1000 and, under 29305, 9000 of the reply
        String message = "000a0038 6553f13c 00000000 00000001"
                + "0002 0018 0100 0003 0001 0004 8001 0004 00007279 0004 0001 0100 0010 000003e8 00002328 06000000";
        Path file = folder.resolve("flows.pcap");
        Files.write(
                file,
                Packets.pcap(
                        101,
                        List.of(Packets.ipv4(17, Packets.udp(HexFormat.of().parseHex(message.replace(" ", "")))))));

        assertEquals(1, nursd("verify", "--as", "goflow2", file.toString()), err::toString);
        assertTrue(
                out.toString().contains("field not read: reverseOctetDeltaCount(29305/1), in 1 records"),
                out::toString);
        assertTrue(out.toString().matches("(?s).*bytes +10,000 +1,000 +9,000\n.*"), out::toString);
        assertEquals(0, nursd("verify", "--as", "elastic", file.toString()), out::toString);
        assertEquals(1, nursd("verify", "--as", "akvorado", "--json", file.toString()), out::toString);
        assertTrue(out.toString().contains("\"lost\":{\"noInterface\":1}"), out::toString);
        assertTrue(out.toString().contains("\"bytes\":{\"sent\":10000,\"kept\":0}"), out::toString);
    }

    @Test
    void verifyKnowsPresetsByName(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("flows.pcap"), Packets.pcap(101, List.of()));
        assertEquals(2, nursd("verify", "--as", "gofow2", file.toString()));
        assertTrue(
                err.toString().contains("--as gofow2: no such preset; did you mean goflow2? presets: nfdump, "),
                err::toString);
        assertEquals(2, nursd("verify", "--json", file.toString()));
        assertTrue(err.toString().contains("--json is for --as PRESET"), err::toString);
    }

    /** A directory can be opened like a file, and not be read. */
    @Test
    void collectEndsWithAFileThatCannotBeRead(@TempDir Path folder) {
        assertEquals(1, nursd("collect", "--listen", "file:" + folder));
        assertTrue(err.toString().startsWith("nursd: cannot read " + folder), err::toString);
    }

    @Test
    void collectReadsOnBehindAFileThatCannotBeRead(@TempDir Path folder) throws IOException {
        assertEquals(1, nursd("collect", "--listen", "file:" + folder, "--listen", "file:" + messages(folder, "")));
        assertTrue(err.toString().contains("nursd: 1 flow records"), err::toString);
    }

    @Test
    void aFileThatIsNotReadToItsEndShowsInTheExitCode(@TempDir Path folder) throws IOException {
        assertEquals(0, nursd("collect", "--listen", "file:" + messages(folder, "")));
        for (String rest : List.of("000a0010 00000000", "00050000")) {
            assertEquals(1, nursd("collect", "--listen", "file:" + messages(folder, rest)), rest);
            assertTrue(err.toString().contains("stream: "), err::toString);
        }
        Path other = Files.write(folder.resolve("other"), new byte[] {0, 5, 0, 0});
        assertEquals(1, nursd("collect", "--listen", "file:" + other));
    }

    /** A template and a flow, and what comes behind. */
    private static Path messages(Path folder, String rest) throws IOException {
        String message = "000a0021 6553f13d 00000000 00000001" + "0002 000c 0100 0001 0004 0001" + "0100 0005 06";
        return Files.write(folder.resolve("messages"), HexFormat.of().parseHex((message + rest).replace(" ", "")));
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void collectEndsWithAFileThatBreaksIt(@TempDir Path folder) throws IOException {
        String message = "000a0020 00000000 00000000 00000001" + "0002 0010 0100 0001 0004 0001 0100 0005";
        Path file = Files.write(
                folder.resolve("flows.ipfix"), HexFormat.of().parseHex((message + "11000000").replace(" ", "")));
        PrintWriter broken = new PrintWriter(new StringWriter()) {
            @Override
            public void println(String line) {
                throw new IllegalStateException("broken");
            }
        };

        assertEquals(
                1,
                Nursd.execute(broken, new PrintWriter(err, true), "collect", "--format=json", "--listen=file:" + file));
        assertTrue(
                err.toString().startsWith("nursd: internal error: java.lang.IllegalStateException: broken; no file"),
                err::toString);
    }

    private int nursd(String... args) {
        return Nursd.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private int failing(Callable<Integer> body, String... options) {
        CommandLine nursd = Nursd.commandLine(new PrintWriter(out, true), new PrintWriter(err, true));
        nursd.addSubcommand("fail", new FailingCommand(body));
        String[] args = Arrays.copyOf(options, options.length + 1);
        args[options.length] = "fail";
        return nursd.execute(args);
    }

    @Command
    private record FailingCommand(Callable<Integer> body) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return body.call();
        }
    }
}
