package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code accounting: delta} with a state file, in a process that is killed: flows go on where the last sent record left them. */
@Tag("netns")
class DeltaRestartIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final Pattern IN_DOUBT = Pattern.compile(
            "in doubt, perhaps not sent: .*: (\\d+) packets, (\\d+) octets, reply (\\d+) packets, (\\d+) octets");
    private static final Counted NOTHING = new Counted(0, 0);

    @TempDir
    Path directory;

    private Lab lab;
    private Traffic traffic;
    private RecordingCollector collector;
    private Path state;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        traffic = new Traffic(lab);
        collector = lab.closing(RecordingCollector.open());
        state = directory.resolve("totals");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private Program nursd() throws IOException {
        Path file =
                Files.writeString(directory.resolve("nurs.yaml"), """
                stacks:
                  - name: flows
                    source:
                      type: conntrack
                      namespace: %s
                      accounting: delta
                      active-timeout: 1s
                      first-start: export
                      state-file: %s
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(lab.router(), state, collector.port()));
        return lab.closing(Program.start(List.of(LAUNCHER.toString(), "run", "--config", file.toString())));
    }

    private static void kill(Program nursd) throws Exception {
        Program.run("kill", "-KILL", Long.toString(nursd.pid()));
        nursd.exitCode();
    }

    @Test
    void flowsThatLiveAcrossKillsAreReportedOnce() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<OpenUdp> flows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            flows.add(lab.closing(traffic.openUdp(Traffic.at(i % 2 == 0 ? Lab.SERVER4 : Lab.SERVER6, Lab.PLAIN))));
        }
        Counted doubt = NOTHING;
        for (int round = 0; round < 6; round++) {
            Program nursd = nursd();
            // Also before it runs.
            Wait.until("it runs", () -> {
                exchange(flows, random);
                return nursd.output().contains("nursd is running");
            });
            for (int i = 5 + random.nextInt(150); i > 0; i--) {
                exchange(flows, random);
                Thread.sleep(random.nextInt(15));
            }
            kill(nursd);
            exchange(flows, random);
            doubt = doubt.plus(inDoubt(nursd));
        }
        Program nursd = nursd();
        nursd.waitForOutput("nursd is running");
        assertTrue(nursd.output().contains("40 flows taken up from"), nursd.output());
        exchange(flows, random);
        lab.inRouter("conntrack", "-F");
        Wait.until("the kernel has told of all", () -> lab.entries() == 0);
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());

        Counted most = lab.forwarded();
        Counted perhaps = doubt.plus(inDoubt(nursd));
        Wait.until(
                () -> most + " less at most " + perhaps + " in doubt, " + received() + " so far, seed " + seed,
                () -> received().packets() >= most.packets() - perhaps.packets()
                        && received().bytes() >= most.bytes() - perhaps.bytes());
        assertTrue(
                received().packets() <= most.packets() && received().bytes() <= most.bytes(),
                () -> "more than " + most + ": " + received() + ", seed " + seed);
    }

    private static void exchange(List<OpenUdp> flows, Random random) throws IOException {
        for (OpenUdp flow : flows) {
            flow.exchange(random.nextInt(3), 16 + random.nextInt(500), 16 + random.nextInt(500));
        }
    }

    private Counted received() {
        return collector.facts().stream()
                .map(fact -> new Counted(fact.packets(), fact.bytes()))
                .reduce(NOTHING, Counted::plus);
    }

    private static Counted inDoubt(Program nursd) throws IOException {
        Counted sum = NOTHING;
        Matcher matcher = IN_DOUBT.matcher(nursd.output());
        while (matcher.find()) {
            sum = sum.plus(new Counted(number(matcher, 1), number(matcher, 2)))
                    .plus(new Counted(number(matcher, 3), number(matcher, 4)));
        }
        return sum;
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group));
    }

    @Test
    void aStateFileThatIsNoneOfOursIsSetAsideWithTheReason() throws Exception {
        Files.writeString(state, "not a table of totals");
        Program nursd = nursd();
        nursd.waitForOutput("nursd is running");
        String warning = nursd.output()
                .lines()
                .filter(line -> line.contains("is set aside as"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such line"));
        assertTrue(warning.contains(state.toString()), warning);
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        try (Stream<Path> files = Files.list(directory)) {
            List<String> kept = files.filter(file -> !file.equals(state))
                    .map(DeltaRestartIT::firstOctets)
                    .filter("not a table of totals"::equals)
                    .toList();
            assertEquals(1, kept.size(), "kept as it was");
        }
    }

    private static String firstOctets(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void aStateFileInUseIsAClearFailure() throws Exception {
        Program first = nursd();
        first.waitForOutput("nursd is running");
        Program second = nursd();
        assertEquals(1, second.exitCode(), second.output());
        String output = second.output();
        List<String> lines =
                output.lines().filter(line -> !line.matches("20\\d\\d-.*")).toList();
        assertEquals(1, lines.size(), output);
        assertTrue(lines.getFirst().contains(state.toString()), output);
        assertFalse(output.contains("\tat "), output);
        first.terminate();
        assertEquals(0, first.exitCode(), first.output());
    }
}
