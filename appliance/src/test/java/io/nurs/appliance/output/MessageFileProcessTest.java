package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.totals.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole processes: killed, without disk, and writing to a pipe. */
class MessageFileProcessTest {
    private static final int ROUNDS = 8;

    @TempDir
    Path directory;

    /** The kernel has what a write brought it: only one that never came back may be torn, and the next start cuts it. */
    @Test
    void kill9LeavesWholeMessagesOnceTheNextOneHasStarted() throws Exception {
        Path path = directory.resolve("flows.ipfix");
        Random random = new Random(4);
        int torn = 0;
        long records = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Process process = ChildJvm.start(MessageFileProgram.class, "kill", path.toString());
            while (!Files.exists(path) || Files.size(path) == 0) {
                Thread.sleep(5);
            }
            Thread.sleep(random.nextInt(200));
            process.destroyForcibly().waitFor();
            torn += WholeMessages.cutTorn(path) > 0 ? 1 : 0;
            records += assertConsecutive(path);
            for (Path file : new RotatedNames(path).all()) {
                Files.delete(file);
            }
            Files.delete(path);
        }
        assertTrue(records > ROUNDS * 300, records + " records");
        System.out.println(ROUNDS + " processes killed, " + torn + " left a torn message");
    }

    private static long assertConsecutive(Path path) throws IOException {
        List<Long> read = new ArrayList<>();
        for (Path file : new RotatedNames(path).all()) {
            read.addAll(Numbers.inIpfix(file));
        }
        // Killed between the old file's end and the new one's begin, there is none.
        if (Files.exists(path)) {
            read.addAll(Numbers.inIpfix(path));
        }
        assertEquals(Numbers.upTo(read.size()), read);
        return read.size();
    }

    /** On a tmpfs of 2 MiB in a mount namespace. */
    @Test
    @Tag("netns")
    void aFullDiskCostsCountedMessagesAndNoFileIsTorn() throws Exception {
        Requires.root();
        Requires.tools("unshare", "mount");
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$@\" fill \"$0/flows.ipfix\"",
                directory.toString()));
        command.addAll(ChildJvm.command(MessageFileProgram.class));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        String all = String.join("\n", lines);
        assertEquals(after(lines, "sealed "), after(lines, "counted "), all);
        assertEquals(after(lines, "written "), after(lines, "found "), all);
        assertTrue(lines.contains("records missing true"), all);
        assertTrue(all.contains("No space left on device; make room there; "), all);
        assertTrue(lines.stream().noneMatch(line -> line.contains(" after ")), all);
    }

    private static String after(List<String> lines, String word) {
        return lines.stream()
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()))
                .findFirst()
                .orElse("no " + word);
    }

    @Test
    void theStandardOutputIsAFileTheNextProgramReads() throws Exception {
        Requires.tools("ipfixDump");
        Path dump = directory.resolve("dump");
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "\"$@\" out - | ipfixDump > \"$0\"", dump.toString()));
        command.addAll(ChildJvm.command(MessageFileProgram.class));
        try (Program program = Program.start(command)) {
            assertEquals(0, program.exitCode(), program.output());
        }
        assertEquals(
                10_000,
                Files.readAllLines(dump).stream()
                        .filter(line -> line.startsWith("--- data record"))
                        .count());
    }
}
