package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What {@code nursd run} writes on standard error, and what becomes of it if nobody reads that. */
@Tag("netns")
class LogsIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    /** As many octets as Linux gives a pipe. pipe(7) */
    private static final String FILL_STDERR = "head -c 65536 /dev/zero >&2; exec \"$@\"";

    @TempDir
    Path directory;

    private Lab lab;
    private RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private String config() throws Exception {
        return Files.writeString(directory.resolve("nurs.yaml"), """
                        stacks:
                          - { name: flows, source: { type: conntrack, namespace: %s, active-timeout: 1s }, exporters: [main] }
                        exporters:
                          main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                        """.formatted(lab.router(), collector.port()))
                .toString();
    }

    @Test
    void aLogThatNobodyReadsHoldsUpNoFlow() throws Exception {
        Process nursd = new ProcessBuilder(
                        "sh",
                        "-c",
                        FILL_STDERR,
                        "sh",
                        LAUNCHER.toString(),
                        "run",
                        "--config",
                        config(),
                        "--log-level",
                        "debug")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Wait.until("exported what was forwarded, though standard error is full", () -> {
                new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 2, 100, 200);
                return !collector.facts().isEmpty();
            });
            CompletableFuture<String> log = CompletableFuture.supplyAsync(() ->
                    Wait.unchecked(() -> new String(nursd.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)));
            nursd.toHandle().destroy();
            assertTrue(nursd.waitFor(60, TimeUnit.SECONDS), "it ends");
            assertEquals(0, nursd.exitValue());
            String text = log.get(60, TimeUnit.SECONDS);
            assertTrue(text.contains("nursd is running"), text);
            assertTrue(text.contains("messages lost"), "the summary is flushed: " + text);
        } finally {
            nursd.destroyForcibly();
        }
    }

    @Test
    void endsCleanlyThoughNobodyEverReadsItsLog() throws Exception {
        Process nursd = new ProcessBuilder(
                        "sh", "-c", FILL_STDERR, "sh", LAUNCHER.toString(), "run", "--config", config())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Wait.until("a flow is exported", () -> {
                new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 2, 100, 200);
                return !collector.facts().isEmpty();
            });
            nursd.toHandle().destroy();
            assertTrue(nursd.waitFor(60, TimeUnit.SECONDS), "it ends");
            assertEquals(0, nursd.exitValue());
        } finally {
            nursd.destroyForcibly();
        }
    }

    @Test
    void everyLineOfJsonIsAnObjectWithTimeLevelAndMessage() throws Exception {
        try (Program nursd =
                Program.start(List.of(LAUNCHER.toString(), "run", "--config", config(), "--log-format", "json"))) {
            nursd.waitForOutput("nursd is running");
            nursd.terminate();
            assertEquals(0, nursd.exitCode(), nursd.output());
            List<Map<String, Object>> lines = nursd.output()
                    .lines()
                    .map(line -> Json.object(new Load(LoadSettings.builder().build()).loadFromString(line)))
                    .toList();
            assertTrue(lines.size() >= 5, nursd.output());
            for (Map<String, Object> line : lines) {
                assertTrue(line.keySet().containsAll(List.of("time", "level", "message")), line::toString);
            }
            assertTrue(lines.stream().anyMatch(line -> "flows".equals(line.get("source"))), nursd.output());
            assertTrue(lines.stream().anyMatch(line -> "main".equals(line.get("exporter"))), nursd.output());
        }
    }

    /** As systemd does: it tells which stream leads to the journal, so that another is not taken for it. */
    @Test
    void theJournalsOwnStreamHasPriorities() throws Exception {
        Path journal = Files.createFile(directory.resolve("journal"));
        Map<String, Object> stat = Files.readAttributes(journal, "unix:dev,ino");
        String text = runInto(journal, stat.get("dev") + ":" + stat.get("ino"));
        assertFalse(text.isEmpty());
        assertTrue(text.lines().allMatch(line -> line.matches("<[3467]>[^0-9].*")), text);
        Path other = Files.createFile(directory.resolve("other"));
        assertTrue(runInto(other, "1:1").lines().allMatch(line -> line.matches("20\\d\\d-.*")));
    }

    private String runInto(Path stderr, String stream) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(LAUNCHER.toString(), "run", "--config", config())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(stderr.toFile());
        builder.environment().put("JOURNAL_STREAM", stream);
        Process nursd = builder.start();
        try {
            Wait.until("it runs", () -> Files.readString(stderr).contains("nursd is running"));
            nursd.toHandle().destroy();
            assertTrue(nursd.waitFor(60, TimeUnit.SECONDS));
            return Files.readString(stderr);
        } finally {
            nursd.destroyForcibly();
        }
    }

    @Test
    void anUnknownFormatIsAUsageError() throws Exception {
        try (Program nursd =
                Program.start(List.of(LAUNCHER.toString(), "run", "--config", config(), "--log-format", "xml"))) {
            assertEquals(2, nursd.exitCode(), nursd.output());
            assertTrue(nursd.output().contains("there are text, json"), nursd.output());
        }
    }
}
