package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process, really killed: the file against the log of what it sent. */
class KillTest {
    private static final int ROUNDS = 10;

    private final EntryMessages messages = new EntryMessages();
    private final Random random = new Random(3);

    /** The batch that the table shows, from which the next process goes on. */
    private long shown;

    @TempDir
    Path directory;

    @Test
    void afterKill9TheFileShowsWhatWasSentOrNamesItAsInDoubt() throws Exception {
        Path path = directory.resolve("totals");
        Path log = Files.createFile(directory.resolve("log"));
        int doubtful = 0;
        long batches = 0;
        for (int round = 0; round < ROUNDS; round++) {
            kill(path, log);
            // One that settled what was in doubt may have been killed before it sent anything of its own.
            batches = Math.max(lastSent(log), shown);
            doubtful += check(path, batches);
        }
        assertTrue(batches > ROUNDS);
        System.out.println(
                ROUNDS + " processes killed after " + batches + " batches, " + doubtful + " left one in doubt");
    }

    private void kill(Path path, Path log) throws IOException, InterruptedException {
        Process process = ChildJvm.start(KilledWriter.class, path.toString(), log.toString());
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("from " + shown, output.readLine());
            if (random.nextInt(4) == 0) {
                refusesWhileInUse(path);
            }
            Thread.sleep(random.nextInt(300));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void refusesWhileInUse(Path path) {
        StateFileException refused =
                assertThrows(StateFileException.class, () -> FlowTotals.open(path, Tables.identity(), 100_000));
        assertEquals("state file " + path + " is in use by another process: stop that one first", refused.getMessage());
    }

    private static long lastSent(Path log) throws IOException {
        byte[] sent = Files.readAllBytes(log);
        assertEquals(0, sent.length % 8);
        return sent.length == 0 ? 0 : ByteBuffer.wrap(sent).getLong(sent.length - 8);
    }

    /** @return 1 if a batch is in doubt */
    private int check(Path path, long sent) throws IOException {
        try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), 100_000)) {
            assertInstanceOf(Opening.Resumed.class, totals.opening());
            Set<Long> batches = new HashSet<>();
            for (int flow = 0; flow < KilledWriter.FLOWS; flow++) {
                long slot = totals.find(messages.of(KilledWriter.entry(flow)));
                batches.add(slot == FlowTotals.NONE ? 0 : totals.originalPackets(slot));
            }
            assertEquals(1, batches.size(), "all flows of a batch, or none");
            shown = batches.iterator().next();
            boolean inDoubt = !totals.inDoubt().isEmpty();
            assertTrue(shown == sent || (inDoubt && shown == sent + 1), () -> "sent " + sent + ", shown " + shown);
            if (inDoubt) {
                long ofOurs = totals.inDoubt().stream()
                        .filter(flow -> flow.originalPackets() == 1 && flow.replyBytes() == 4)
                        .count();
                assertEquals(KilledWriter.FLOWS, ofOurs);
            }
            return inDoubt ? 1 : 0;
        }
    }
}
