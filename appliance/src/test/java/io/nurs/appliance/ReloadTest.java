package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.IanaElements;
import io.nurs.ipfix.IpfixDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Another configuration, while flows come and go. Longer than a class should be, by the number of its claims. */
class ReloadTest extends RouterTest {
    private static final int RELOADS = 100;
    private static final int FLOWS_A_ROUND = 100;
    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 40_000;
    /** What the JVM opens and starts for itself meanwhile. */
    private static final long SLACK = 4;

    /** A mistake: there are no such files. */
    private static final String WITHOUT_KEYS = "away: { type: ipfix, transport: tls, collector: \"127.0.0.1:1\","
            + " tls: { certificate: /no/c, key: /no/k, trust: /no/t } }\n";

    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Subject subject;

    private ReloadOutcome reload(String yaml) throws Exception {
        return subject.appliance().reload(ConfigLoader.parse("test.yaml", yaml));
    }

    private void assertReloads(String words, String yaml) throws Exception {
        ReloadOutcome outcome = reload(yaml);
        assertEquals(words, outcome.words());
        assertTrue(outcome.reloaded());
        assertEquals(outcome, subject.appliance().lastReload());
    }

    /** The router's flows to exporters. */
    private String config(String sourceOptions, String exporters) {
        String names = String.join(
                ", ",
                exporters
                        .lines()
                        .map(line -> line.strip().replaceFirst(":.*", ""))
                        .toList());
        return """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s%s }
                    exporters: [%s]
                exporters:
                %s
                """.formatted(lab.router(), sourceOptions, names, exporters.indent(2));
    }

    private static String v9(String name, int port, String options) {
        return "%s: { type: netflow9, collector: \"127.0.0.1:%d\", flush-interval: 20ms%s }\n"
                .formatted(name, port, options);
    }

    /** Flows that come and go until told to stop. */
    private CompletableFuture<Integer> load(AtomicBoolean stop) {
        return CompletableFuture.supplyAsync(() -> Wait.unchecked(() -> {
            int rounds = 0;
            while (!stop.get()) {
                traffic.manyUdpFlows(SERVER, FIRST_PORT + rounds * FLOWS_A_ROUND % PORTS, FLOWS_A_ROUND);
                if (++rounds % 3 == 0) {
                    lab.inRouter("conntrack", "-F");
                }
            }
            return rounds;
        }));
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static long threads() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.count();
        }
    }

    @Test
    @Timeout(120)
    void ahundredReloadsUnderLoadCostNoFlowAndNoNumber() throws Exception {
        Nfcapd unchanged = lab.closing(Nfcapd.start(directory.resolve("unchanged")));
        Nfcapd changing = lab.closing(Nfcapd.start(directory.resolve("changing")));
        String main = v9("main", unchanged.port(), "");
        String plain = config(", active-timeout: 1s", main + v9("other", changing.port(), ""));
        List<String> good = List.of(
                plain,
                config(", active-timeout: 2s", main + v9("other", changing.port(), ", fields: minimal")),
                config(
                        ", active-timeout: 1s",
                        main
                                + v9("other", changing.port(), ", dscp: 8")
                                + v9("third", collector.port(), ", filter: port == 7001")),
                config(
                        ", active-timeout: 1s",
                        main
                                + v9("other", changing.port(), ", max-datagram-bytes: 600")
                                + "file: { type: ipfix, file: { path: %s } }\n".formatted(directory.resolve("flows"))));
        List<String> bad = List.of(
                config(", namespace: nowhere", main).replaceFirst("namespace: [^,]+, ", ""),
                config(", active-timeout: 1s", main + WITHOUT_KEYS),
                config(
                        ", active-timeout: 1s",
                        v9("main", unchanged.port(), ", dscp: 9")
                                + "file: { type: ipfix, file: { path: /nonexistent/flows } }\n"));
        subject = lab.closing(Subject.start(plain));
        // What is made once: pools of threads, the timer's wheel.
        for (String config : good) {
            assertTrue(reload(config).reloaded());
        }
        long files = openFiles();
        long threads = threads();
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Integer> load = load(stop);
        for (int i = 0; i < RELOADS; i++) {
            if (i % 4 == 3) {
                ReloadOutcome outcome = reload(bad.get(i / 4 % bad.size()));
                assertFalse(outcome.reloaded(), outcome.words());
            } else {
                ReloadOutcome outcome = reload(good.get(i % good.size()));
                assertTrue(outcome.reloaded(), outcome.words());
            }
        }
        stop.set(true);
        int rounds = load.get();
        assertTrue(rounds > 10, rounds + " rounds of flows");
        assertTrue(reload(good.getLast()).reloaded());
        assertTrue(
                openFiles() <= files + SLACK, () -> Wait.unchecked(() -> openFiles() + " open files, were " + files));
        assertTrue(threads() <= threads + SLACK, () -> Wait.unchecked(() -> threads() + " threads, were " + threads));
        assertTrue(subject.source().ledger().isEven(), subject.source().ledger().toString());
        assertEquals(0, subject.source().stats().unevenLedgers());
        assertEquals(0, subject.source().stats().lostEvents());

        lab.waitForQuiet();
        Collector first = subject.collector();
        subject.close();
        Counted forwarded = lab.forwarded();
        long[] whole = unchanged.endWithSums();
        assertEquals(first.encoded().flowRecords(), whole[0]);
        assertEquals(forwarded, new Counted(whole[1], whole[2]));
        long[] exchanged = changing.endWithSums();
        assertEquals(forwarded, new Counted(exchanged[1], exchanged[2]));
    }

    @Test
    void aChangedFilterTakesEffectAndWhatIsEqualStays() throws Exception {
        RecordingCollector other = lab.closing(RecordingCollector.open());
        String main = v9("main", collector.port(), "");
        subject = lab.closing(Subject.start(config(", accounting: end", main + v9("b", other.port(), ""))));
        Collector kept = subject.collector();
        ConntrackSource source = subject.source();
        flows(5, Lab.PLAIN);
        assertReloads(
                "stack flows changed, exporter b changed",
                config(
                        ", accounting: end",
                        main + v9("b", other.port(), ", filter: destinationTransportPort == 7002")));
        flows(3, Lab.MASQUERADED);
        flows(4, Lab.PLAIN);
        subject.waitForEnded(12);
        assertSame(kept, subject.collector());
        assertSame(source, subject.source());
        Wait.until("all records", () -> collector.records().size() == 24);
        // Both directions of five flows before, and of three after.
        Wait.until("records", () -> other.records().size() == 16);
        List<DataRecord> after = other.records().subList(10, 16);
        assertTrue(after.stream()
                .allMatch(record -> record.unsigned(IanaElements.sourceTransportPort) == 7002
                        || record.unsigned(IanaElements.destinationTransportPort) == 7002));
        assertReloads("nothing has changed", yamlOf(other, main));
    }

    private String yamlOf(RecordingCollector other, String main) {
        return config(", accounting: end", main + v9("b", other.port(), ", filter: destinationTransportPort == 7002"));
    }

    /** They begin and end. */
    private void flows(int count, int port) throws Exception {
        long ended = subject.source().stats().ended();
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, port), FIRST_PORT, count);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(ended + count);
    }

    @Test
    void exportersAndSourcesComeAndGo() throws Exception {
        RecordingCollector other = lab.closing(RecordingCollector.open());
        String alone = config("", v9("main", collector.port(), ""));
        subject = lab.closing(Subject.start(alone));
        Collector kept = subject.collector();
        String more = """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s }
                    exporters: [main, b]
                  - name: marked
                    source: { type: conntrack, namespace: %s, mark: 7, readers: 2 }
                    exporters: [b]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                  b: { type: ipfix, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(lab.router(), lab.server(), collector.port(), other.port());
        assertReloads("source marked added, stack flows changed, stack marked added, exporter b added", more);
        assertEquals(3, subject.appliance().loops().size());
        assertEquals(4, subject.appliance().collectors().size());
        traffic.udp(SERVER, 3, 100, 200);
        subject.appliance().reportNow();
        Wait.until(
                "both have it",
                () -> !collector.records().isEmpty() && !other.records().isEmpty());
        assertReloads("source marked removed, stack flows changed, stack marked removed, exporter b removed", alone);
        assertEquals(List.of(kept), subject.appliance().collectors());
        assertEquals(1, subject.appliance().loops().size());
    }

    @Test
    void aCollectorThatCannotBeReachedDoesNotStopTheOthersAndNoReloadEither() throws Exception {
        String main = v9("main", collector.port(), "");
        String names = v9("named", collector.port(), ", observation-domain: 8")
                .replace("127.0.0.1:" + collector.port(), "no-such-collector.invalid:9995");
        String away = v9("away", collector.port(), ", observation-domain: 9, source-address: 192.0.2.99");
        subject = lab.closing(Subject.start(config(", accounting: end", away + names + main)));
        flows(2, Lab.PLAIN);
        Wait.until("both directions of each", () -> collector.records().size() == 4);
        for (Collector down : subject.appliance().collectors().subList(0, 2)) {
            assertFalse(down.isUp());
            assertFalse(down.stats().lastFailure().isEmpty());
            Wait.until("what it was not sent", () -> down.notSent().flows() == 4);
        }

        ReloadOutcome outcome = reload(config(
                ", accounting: end",
                away + names + main + v9("more", collector.port(), ", dscp: 8, observation-domain: 10")));
        assertTrue(outcome.reloaded(), outcome.words());
        outcome = reload(config(", accounting: end", away.replace(", source-address: 192.0.2.99", "") + main));
        assertTrue(outcome.reloaded(), outcome.words());
        assertTrue(subject.appliance().collectors().getFirst().isUp());
    }

    @Test
    void whatCannotBeStartedChangesNothing() throws Exception {
        String main = v9("main", collector.port(), "");
        String file = "file: { type: ipfix, file: { path: %s }%s }\n";
        Path path = directory.resolve("flows.ipfix");
        subject = lab.closing(Subject.start(config("", main + file.formatted(path, ""))));
        List<Collector> before = subject.appliance().collectors();
        ConntrackSource source = subject.source();
        ReloadOutcome outcome = reload(config("", main + WITHOUT_KEYS));
        assertTrue(outcome.words().startsWith("exporter away: "), outcome.words());
        assertEquals(before, subject.appliance().collectors());
        outcome = reload("transport: io_uring\n" + config("", main));
        assertTrue(outcome.words().contains("restart it"), outcome.words());

        // The source has stopped by the time that its file turns out to be of no use; and so has the exporter's file.
        outcome = reload(config(", state-file: /nonexistent/totals", main + file.formatted(path, ", fields: minimal")));
        assertTrue(outcome.words().contains("/nonexistent"), outcome.words());
        assertFalse(outcome.words().contains("taken up again"), outcome.words());
        assertNotSame(source, subject.source());
        assertSame(before.getFirst(), subject.collector());
        assertEquals(2, subject.appliance().collectors().size());
        traffic.udp(SERVER, 3, 100, 200);
        subject.close();
        Wait.until("the flow", () -> collector.total().equals(lab.forwarded()));
        assertTrue(subject.appliance().collectors().getLast().encoded().flowRecords() > 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b: { type: netflow9, collector: \"127.0.0.1:%d\", spool: { directory: %s }%s }\n",
                "b: { type: ipfix, biflow: false, observation-domain: %d, file: { path: %s/flows.ipfix }%s }\n"
            })
    void whatCannotBeOpenedAgainCountsWhatItIsNotSentUntilAReloadMendsIt(String exporter) throws Exception {
        RecordingCollector other = lab.closing(RecordingCollector.open());
        Path place = Files.createDirectory(directory.resolve("place"));
        String main = v9("main", collector.port(), "");
        String plain = config(", accounting: end", main + exporter.formatted(other.port(), place, ""));
        String changed = config(", accounting: end", main + exporter.formatted(other.port(), place, ", dscp: 8"))
                .replace("flows.ipfix }, dscp: 8", "flows.ipfix }, fields: minimal");
        subject = lab.closing(Subject.start(plain));
        flows(2, Lab.PLAIN);

        Files.move(place, directory.resolve("elsewhere"));
        Files.createFile(place);
        ReloadOutcome outcome = reload(changed);
        assertFalse(outcome.reloaded());
        assertTrue(outcome.words().contains("could not be taken up again: "), outcome.words());
        Collector dead = subject.appliance().collectors().getLast();
        assertFalse(dead.isUp());
        flows(3, Lab.PLAIN);
        Wait.until("both directions of each", () -> dead.notSent().flows() == 6);
        Wait.until("the others go on", () -> collector.records().size() == 10);

        // Neither another change of it, nor another source, is stopped by it in any other way.
        assertFalse(reload(config(", accounting: end, receive-buffer: 1MiB", main + exporter.formatted(9, place, "")))
                .reloaded());
        assertFalse(reload(plain).reloaded());
        flows(1, Lab.PLAIN);
        Wait.until("each is counted", () -> dead.notSent().flows() == 8);

        Files.delete(place);
        Files.createDirectory(place);
        assertTrue(reload(plain).reloaded());
        Collector mended = subject.appliance().collectors().getLast();
        assertTrue(mended.isUp());
        flows(4, Lab.PLAIN);
        Wait.until("what ends now", () -> mended.encoded().flowRecords() == 8);
        Wait.until("the others go on", () -> collector.records().size() == 20);
    }

    @Test
    void whenThereAreNoFilesLeftWhatRanRunsOn() throws Exception {
        Requires.tools("prlimit");
        String plain = config("", v9("main", collector.port(), ""));
        String more = plain.replace("conntrack,", "conntrack, readers: 2,");
        subject = lab.closing(Subject.start(plain));
        // What is loaded when it succeeds, and when it fails.
        assertTrue(reload(more).reloaded());
        assertTrue(reload(plain).reloaded());
        assertFalse(reload(config(", state-file: /nonexistent/totals", v9("main", collector.port(), "")))
                .reloaded());
        LoggerFactory.getLogger(ReloadTest.class).error("as one does", new IllegalStateException("loaded"));
        Collector kept = subject.collector();
        ConntrackSource source = subject.source();
        ReloadOutcome outcome;
        try (FileLimit none = new FileLimit()) {
            outcome = reload(more);
            none.lift();
        }
        assertFalse(outcome.reloaded());
        assertTrue(outcome.words().startsWith("internal error: "), outcome.words());
        assertSame(kept, subject.collector());
        assertSame(source, subject.source());
        traffic.udp(SERVER, 3, 100, 200);
        assertTrue(reload(more).reloaded());
        subject.close();
        Wait.until("the flow", () -> collector.total().equals(lab.forwarded()));
    }

    /** This process may open nothing more until it is lifted; by another process, which is there before. */
    private static final class FileLimit implements AutoCloseable {
        private final Process helper;

        FileLimit() throws IOException {
            helper = new ProcessBuilder(
                            "sh",
                            "-c",
                            """
                            set -e; old=$(prlimit --pid $0 --nofile --output SOFT --noheadings)
                            prlimit --pid $0 --nofile=3:; echo; read end || :; prlimit --pid $0 --nofile=$old:; echo""",
                            Long.toString(ProcessHandle.current().pid()))
                    .start();
            awaitHelper();
        }

        private void awaitHelper() throws IOException {
            assertEquals('\n', helper.getInputStream().read());
        }

        void lift() throws IOException {
            helper.getOutputStream().close();
            awaitHelper();
        }

        @Override
        public void close() throws IOException {
            helper.getOutputStream().close();
        }
    }

    @Test
    void aFileIsTakenOverByItsExportersSuccessor() throws Exception {
        String file = "file: { type: ipfix, file: { path: %s }, biflow: false%s }\n";
        Path path = directory.resolve("flows.ipfix");
        subject = lab.closing(Subject.start(config("", file.formatted(path, ""))));
        Collector before = subject.collector();
        traffic.udp(SERVER, 3, 100, 200);
        reportAll();
        traffic.udp(SERVER, 3, 100, 200);
        assertReloads(
                "stack flows changed, exporter file changed", config("", file.formatted(path, ", fields: minimal")));
        assertNotSame(before, subject.collector());
        traffic.udp(SERVER, 3, 100, 200);
        subject.close();
        assertTrue(before.encoded().flowRecords() > 0);
        assertTrue(subject.collector().encoded().flowRecords() > 0);
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> both = files.toList();
            assertEquals(2, both.size(), both::toString);
            assertEquals(
                    lab.forwarded().bytes(),
                    both.stream().mapToLong(ReloadTest::octets).sum());
        }
    }

    /** What a file of whole messages tells of. */
    private static long octets(Path file) {
        List<DecodedMessage> messages = new ArrayList<>();
        ByteBuf octets = Unpooled.wrappedBuffer(Wait.unchecked(() -> Files.readAllBytes(file)));
        new IpfixDecoder(DecoderLimits.DEFAULT)
                .decodeAll(InetSocketAddress.createUnresolved("file", 0), octets, messages::add);
        assertEquals(0, octets.readableBytes());
        return messages.stream()
                .peek(message -> assertEquals(List.of(), message.anomalies()))
                .flatMap(message -> message.records().stream())
                .filter(record -> !record.template().isOptions())
                .mapToLong(record -> record.unsigned(IanaElements.octetDeltaCount))
                .sum();
    }

    private void reportAll() {
        long reported = subject.source().stats().reported();
        subject.appliance().reportNow();
        Wait.until("a report", () -> subject.source().stats().reported() > reported);
    }

    @Test
    @Timeout(120)
    void aChangedSourceWithAStateFileCountsEachOctetOnce() throws Exception {
        RecordingCollector other = lab.closing(RecordingCollector.open());
        String state = ", first-start: export, active-timeout: 1s, state-file: " + directory.resolve("totals");
        String main = v9("main", collector.port(), "");
        List<String> configs = List.of(
                config(state, main),
                config(state + ", receive-buffer: 1MiB", main + v9("b", other.port(), "")),
                config(state + ", receive-buffer: 1MiB, guard: 80%", main),
                config(state + ", readers: 2, max-flows: 2000", main));
        subject = lab.closing(Subject.start(configs.getFirst()));
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Integer> load = CompletableFuture.supplyAsync(() -> Wait.unchecked(endless(stop)));
        long files = 0;
        long threads = 0;
        for (int i = 1; i <= 12; i++) {
            ReloadOutcome outcome = reload(configs.get(i % configs.size()));
            assertTrue(outcome.reloaded(), outcome.words());
            if (i == configs.size()) {
                files = openFiles();
                threads = threads();
            }
            Thread.sleep(100);
        }
        assertTrue(openFiles() <= files + SLACK, openFiles() + " open files, were " + files);
        assertTrue(threads() <= threads + SLACK, threads() + " threads, were " + threads);
        stop.set(true);
        assertTrue(load.get() > 10);
        lab.waitForQuiet();
        lab.inRouter("conntrack", "-F");
        Wait.until("the kernel has told of all", () -> lab.entries() == 0);
        subject.close();
        Counted forwarded = lab.forwarded();
        Wait.until(
                () -> forwarded + ", here are " + collector.total(),
                () -> collector.total().equals(forwarded));
    }

    /** Flows that go on. */
    private Callable<Integer> endless(AtomicBoolean stop) {
        return () -> {
            int rounds = 0;
            try (Traffic.OpenUdp one = traffic.openUdp(SERVER);
                    Traffic.OpenUdp two = traffic.openUdp(Traffic.at(Lab.SERVER6, Lab.PLAIN))) {
                while (!stop.get()) {
                    one.exchange(10, 100, 200);
                    two.exchange(10, 50, 500);
                    rounds++;
                }
            }
            return rounds;
        };
    }
}
