package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nursd demo}, as a newcomer starts it. */
class DemoIT {
    private static final Path ROOT =
            Path.of(System.getProperty("nurs.root", "..")).toAbsolutePath().normalize();
    private static final Path RECORDING = ROOT.resolve("appliance/src/test/resources/recordings/conntrack-events.bin");
    private static final Pattern BYTES = Pattern.compile("kernel counted ([0-9,]+) bytes, exported ([0-9,]+) bytes");
    private static final String[] NOBODY = {
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "--inh-caps",
        "-all",
        "--bounding-set",
        "-all"
    };

    @TempDir
    Path directory;

    private record Outcome(int exitCode, String output) {}

    private static Outcome demo(List<String> before, String... arguments) throws Exception {
        return nursd(before, "demo", arguments);
    }

    private static Outcome nursd(List<String> before, String subcommand, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.add(ROOT.resolve("nursd").toString());
        command.add(subcommand);
        command.addAll(List.of(arguments));
        try (Program program = Program.start(command)) {
            return new Outcome(program.exitCode(), program.output());
        }
    }

    @Test
    @Tag("netns")
    void exportsToTheByteWhatAnIndependentCounterSays() throws Exception {
        Requires.root();
        Requires.tools("unshare");
        Outcome live = demo(List.of());
        assertEquals(0, live.exitCode(), live.output());
        assertTrue(BYTES.matcher(live.output()).find(), live.output());
        assertTrue(live.output().contains("192.0.2.1:"), "a flow behind NAT");
        for (String protocol : List.of(" tcp ", " udp ", " icmp ", " icmpv6 ")) {
            assertTrue(live.output().contains(protocol), () -> protocol + " in " + live.output());
        }
    }

    @Test
    void replaysARecordingAndRehearsesAStartWithoutAnyPrivilege() throws Exception {
        Requires.root();
        Requires.tools("setpriv");
        Path copy = Files.copy(RECORDING, Files.createTempFile("nurs", ".bin"), StandardCopyOption.REPLACE_EXISTING);
        try {
            assertTrue(copy.toFile().setReadable(true, false));
            Outcome replayed = demo(List.of(NOBODY), "--replay", copy.toString());
            assertEquals(0, replayed.exitCode(), replayed.output());
            assertTrue(replayed.output().contains("0 faults"), replayed.output());
            Outcome rehearsed = nursd(List.of(NOBODY), "rehearse", "--live", "--replay", copy.toString());
            assertEquals(0, rehearsed.exitCode(), rehearsed.output());
            assertTrue(rehearsed.output().contains("no source can be started here"), rehearsed.output());
            assertTrue(rehearsed.output().contains("status page at"), rehearsed.output());
            assertTrue(rehearsed.output().contains("0 faults"), rehearsed.output());
        } finally {
            Files.delete(copy);
        }
    }

    @Test
    void aRecordingThatIsCutShortIsAUsageErrorThatSaysWhere() throws Exception {
        byte[] whole = Files.readAllBytes(RECORDING);
        Path torn = Files.write(directory.resolve("torn.bin"), Arrays.copyOf(whole, whole.length - 40));
        Outcome refused = demo(List.of(), "--replay", torn.toString());
        assertEquals(2, refused.exitCode(), refused.output());
        assertTrue(refused.output().contains("cut short"), refused.output());
        assertEquals(1, refused.output().strip().lines().count(), refused.output());
    }

    @Test
    void aFileThatIsNoRecordingIsAUsageError() throws Exception {
        Outcome refused = demo(List.of(), "--replay", ROOT.resolve("LICENSE").toString());
        assertEquals(2, refused.exitCode(), refused.output());
        assertTrue(refused.output().contains("not a recording"), refused.output());
    }
}
