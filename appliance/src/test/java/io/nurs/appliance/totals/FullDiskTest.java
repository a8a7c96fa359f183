package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk refuses growth and a new file; it never faults. On a tmpfs of 5 MiB in a mount namespace. */
@Tag("netns")
class FullDiskTest {
    @TempDir
    Path directory;

    @Test
    void staysAtItsSizeWhenTheDiskIsFull() throws Exception {
        requireUnshare();
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o size=5m tmpfs \"$0\" && exec \"$@\" \"$0\"",
                directory.toString()));
        command.addAll(ChildJvm.command(FullDiskProgram.class));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(
                List.of(
                        "inserted 49152, refused true, again true",
                        "resumed 49152",
                        "full",
                        "cannot make state file " + directory + "/second: No space left on device"),
                lines);
    }

    /** Skips the test; with -Dnurs.require=all it fails instead. */
    private static void requireUnshare() throws Exception {
        boolean works;
        try {
            works = new ProcessBuilder("unshare", "-m", "true").start().waitFor() == 0;
        } catch (java.io.IOException e) {
            works = false;
        }
        if ("all".equals(System.getProperty("nurs.require"))) {
            assertTrue(works, "needs root: it mounts a file system");
        }
        assumeTrue(works, "needs root: it mounts a file system");
    }
}
