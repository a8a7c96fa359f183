package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code nursd doctor} as an operator starts it. */
@Tag("netns")
class DoctorIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final List<String> NOBODY = List.of(
            "setpriv",
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            "--inh-caps",
            "-all",
            "--bounding-set",
            "-all");

    @TempDir
    Path directory;

    private record Outcome(int exitCode, String output) {}

    private static Outcome doctor(List<String> before, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(LAUNCHER.toString(), "doctor"));
        command.addAll(List.of(arguments));
        try (Program program = Program.start(command)) {
            return new Outcome(program.exitCode(), program.output());
        }
    }

    private static List<Map<String, Object>> findings(Outcome outcome) {
        Map<String, Object> object =
                Json.object(new Load(LoadSettings.builder().build()).loadFromString(outcome.output));
        return Json.objects(object.get("findings"));
    }

    @Test
    void theExitCodeSaysWhetherSomethingFails() throws Exception {
        try (Lab lab = Lab.open()) {
            List<String> inside = Lab.within(lab.router());
            Outcome healthy = doctor(inside, "--json");
            assertEquals(0, healthy.exitCode, healthy.output);
            assertTrue(
                    findings(healthy).stream().noneMatch(finding -> "fail".equals(finding.get("level"))),
                    healthy.output);

            lab.sysctl("net.netfilter.nf_conntrack_acct", 0);
            Outcome sick = doctor(inside);
            assertEquals(1, sick.exitCode, sick.output);
            assertTrue(sick.output.contains("-> sysctl -w net.netfilter.nf_conntrack_acct=1\n"), sick.output);
            assertFalse(sick.output.contains("\033"), sick.output);
            assertTrue(
                    sick.output.lines().filter(line -> !line.contains("->")).allMatch(line -> line.length() <= 80),
                    sick.output);
        }
    }

    @Test
    void mistakesInTheConfigurationAreFindingsAndUsage() throws Exception {
        Path file = Files.writeString(directory.resolve("nurs.yaml"), "stacks: 7\n");
        Outcome outcome = doctor(List.of(), "--json", "--config", file.toString());
        assertEquals(2, outcome.exitCode, outcome.output);
        assertTrue(findings(outcome).getFirst().toString().contains("nurs.yaml:1:"), outcome.output);
        assertEquals(2, doctor(List.of(), "--nonsense").exitCode);
    }

    @Test
    void whoMayNothingIsToldWhatItCosts() throws Exception {
        Requires.root();
        Requires.tools("setpriv");
        Path state = Files.createDirectory(directory.resolve("state"));
        Path file = Files.writeString(Files.createTempFile("nurs", ".yaml"), """
                stacks:
                  - { name: flows, source: { type: conntrack, state-file: %s/totals }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:9" }
                """.formatted(state));
        assertTrue(file.toFile().setReadable(true, false));
        assertTrue(directory.toFile().setExecutable(true, false));
        try {
            Outcome outcome = doctor(NOBODY, "--json", "--config", file.toString());
            assertEquals(1, outcome.exitCode, outcome.output);
            Map<String, Object> capability = of(outcome, "CAP_NET_ADMIN");
            assertEquals("fail", capability.get("level"));
            assertTrue(String.valueOf(capability.get("mend")).contains("AmbientCapabilities=CAP_NET_ADMIN"));
            Map<String, Object> missing = of(outcome, "source flows: state-file");
            assertEquals("fail", missing.get("level"), outcome.output);
            assertTrue(String.valueOf(missing.get("mend")).startsWith("chown "), outcome.output);
        } finally {
            Files.delete(file);
        }
    }

    private static Map<String, Object> of(Outcome outcome, String subject) {
        return findings(outcome).stream()
                .filter(finding -> subject.equals(finding.get("subject")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(subject + " in " + outcome.output));
    }

    @Test
    void aTerminalHasColoursUnlessItWantsNone() throws Exception {
        Requires.tools("script", "env");
        String[] options = {"script", "-qec", LAUNCHER + " doctor", "/dev/null"};
        try (Program coloured = Program.start(List.of(options), Map.of("TERM", "xterm", "NO_COLOR", ""));
                Program plain = Program.start(List.of(options), Map.of("TERM", "xterm", "NO_COLOR", "1"))) {
            coloured.exitCode();
            plain.exitCode();
            assertTrue(coloured.output().contains("\033[32mok"), coloured.output());
            assertTrue(coloured.output().contains("looking at source flows"), coloured.output());
            assertFalse(plain.output().contains("\033[32m"), plain.output());
        }
    }
}
