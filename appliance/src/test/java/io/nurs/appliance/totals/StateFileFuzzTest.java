package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, it is taken up or set aside, and the table works. */
class StateFileFuzzTest {
    private static final int FILES = 400;
    private static final int MAX_FLOWS = 20_000;

    private final EntryMessages messages = new EntryMessages();
    private final Random random = new Random(11);

    @TempDir
    Path directory;

    @Test
    void survivesDamageOfEveryKind() throws IOException {
        Path path = directory.resolve("totals");
        byte[] sound = sound(path);
        int resumed = 0;
        for (int file = 0; file < FILES; file++) {
            Files.write(path, damaged(sound));
            try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), MAX_FLOWS)) {
                if (totals.opening() instanceof Opening.SetAside aside) {
                    Files.move(aside.keptAs(), directory.resolve("last"), StandardCopyOption.REPLACE_EXISTING);
                } else {
                    resumed++;
                }
                use(totals);
            }
        }
        int taken = resumed;
        assertTrue(resumed > FILES / 10 && resumed < FILES, () -> taken + " files taken up");
    }

    /** With flows, free slots, a batch in doubt and one that was not sent. */
    private byte[] sound(Path path) throws IOException {
        try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), MAX_FLOWS)) {
            for (int i = 0; i < 300; i++) {
                long slot = totals.insert(messages.of(i % 3 == 0 ? Entry.udp6(i, i) : Entry.udp(i, i)), 1, 1);
                totals.report(slot, i, i, i, i, i);
                if (i % 5 == 0) {
                    totals.remove(slot);
                }
                if (i == 100) {
                    totals.sent(totals.beginSending());
                } else if (i == 200) {
                    totals.beginSending();
                }
            }
        }
        return Files.readAllBytes(path);
    }

    private byte[] damaged(byte[] sound) {
        byte[] bytes = sound.clone();
        long[] regions = {1120, StateHeader.JOURNAL_ENTRIES, StateHeader.PREAMBLE_BYTES, sound.length};
        int limit = (int) regions[random.nextInt(regions.length)];
        int from = limit == sound.length ? (int) StateHeader.PREAMBLE_BYTES : 0;
        int octets = 1 << random.nextInt(12);
        for (int i = 0; i < octets; i++) {
            bytes[from + random.nextInt(limit - from)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private void use(FlowTotals totals) {
        long size = totals.size();
        int inserted = 0;
        for (int i = 1000; i < 1500; i++) {
            inserted += totals.insert(messages.of(Entry.udp(i, i)), 1, 1) == FlowTotals.NONE ? 0 : 1;
        }
        assertEquals(500, inserted);
        long removed = 0;
        for (long at = totals.nextOlderThan(0, 0x7fff, 1 << 20); at >= 0; ) {
            totals.report(at, 1, 2, 3, 4, 5);
            assertTrue(totals.flow(at).toString().startsWith("protocol "));
            totals.remove(at);
            removed++;
            if (totals.needsSend()) {
                totals.sent(totals.beginSending());
            }
            at = totals.nextOlderThan(at + 1, 0x7fff, 1 << 20);
        }
        assertEquals(size + 500, removed);
        assertEquals(0, totals.size());
    }
}
