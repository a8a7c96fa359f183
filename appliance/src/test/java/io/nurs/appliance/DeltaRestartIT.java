package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RestartedNursd;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code accounting: delta} with a state file, in a process that is killed: flows go on where the last sent record left them. */
@Tag("netns")
class DeltaRestartIT {
    @TempDir
    Path directory;

    private Lab lab;
    private Traffic traffic;
    private RestartedNursd restarted;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        traffic = new Traffic(lab);
        restarted = RestartedNursd.of(lab, directory);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void flowsThatLiveAcrossKillsAreReportedOnce() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<OpenUdp> flows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            flows.add(lab.closing(traffic.openUdp(Traffic.at(i % 2 == 0 ? Lab.SERVER4 : Lab.SERVER6, Lab.PLAIN))));
        }
        for (int round = 0; round < 6; round++) {
            Program nursd = restarted.start();
            // Also before it runs.
            Wait.until("it runs", () -> {
                exchange(flows, random);
                return nursd.output().contains("nursd is running");
            });
            for (int i = 5 + random.nextInt(150); i > 0; i--) {
                exchange(flows, random);
                Thread.sleep(random.nextInt(15));
            }
            restarted.kill(nursd);
            exchange(flows, random);
        }
        Program nursd = restarted.start();
        nursd.waitForOutput("nursd is running");
        assertTrue(nursd.output().contains("40 flows taken up from"), nursd.output());
        exchange(flows, random);
        restarted.end(nursd);
        restarted.assertConserved("seed " + seed);
    }

    private static void exchange(List<OpenUdp> flows, Random random) throws IOException {
        for (OpenUdp flow : flows) {
            flow.exchange(random.nextInt(3), 16 + random.nextInt(500), 16 + random.nextInt(500));
        }
    }

    @Test
    void aStateFileThatIsNoneOfOursIsSetAsideWithTheReason() throws Exception {
        Path state = restarted.stateFile();
        Files.writeString(state, "not a table of totals");
        Program nursd = restarted.start();
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
        Program first = restarted.start();
        first.waitForOutput("nursd is running");
        Program second = restarted.start();
        assertEquals(1, second.exitCode(), second.output());
        String output = second.output();
        List<String> lines =
                output.lines().filter(line -> !line.matches("20\\d\\d-.*")).toList();
        assertEquals(1, lines.size(), output);
        assertTrue(lines.getFirst().contains(restarted.stateFile().toString()), output);
        assertFalse(output.contains("\tat "), output);
        first.terminate();
        assertEquals(0, first.exitCode(), first.output());
    }
}
