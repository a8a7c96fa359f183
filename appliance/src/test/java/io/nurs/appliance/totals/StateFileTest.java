package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Longer than a class should be, by the number of its claims. */
class StateFileTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);

    private final EntryMessages messages = new EntryMessages();
    private final Entry flow = Entry.udp(1, 2).withStart(3);

    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void choosePath() {
        path = directory.resolve("totals");
    }

    private FlowTotals open() throws StateFileException {
        return open(Tables.identity());
    }

    private FlowTotals open(StateIdentity identity) throws StateFileException {
        return FlowTotals.open(path, identity, 1000, NOON, new StoreOrder());
    }

    /** A nurs that had other defaults left zeros there. */
    @Test
    void aFileOfAnEarlierNursSaysOnceThatDefaultsDiffer() throws Exception {
        fill();
        assertFalse(resumed().hadOtherDefaults());
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Integer.BYTES), 1536);
        }
        assertTrue(resumed().hadOtherDefaults());
        assertFalse(resumed().hadOtherDefaults());
    }

    private Opening.Resumed resumed() throws StateFileException {
        try (FlowTotals totals = open()) {
            return assertInstanceOf(Opening.Resumed.class, totals.opening());
        }
    }

    /** A file with one flow, 10 packets of which were reported. */
    private void fill() throws StateFileException {
        try (FlowTotals totals = open()) {
            assertInstanceOf(Opening.First.class, totals.opening());
            long slot = totals.insert(messages.of(flow), 4, 5);
            totals.report(slot, 10, 100, 20, 200, 6);
            totals.sent(totals.beginSending());
        }
    }

    private String reasonForSettingAside(StateIdentity identity) throws IOException {
        try (FlowTotals totals = open(identity)) {
            Opening.SetAside aside = assertInstanceOf(Opening.SetAside.class, totals.opening());
            assertEquals(0, totals.size());
            assertTrue(Files.exists(aside.keptAs()));
            assertEquals(directory.resolve("totals.set-aside-20261122T120000Z"), aside.keptAs());
            String start = "state file " + path + " is set aside as totals.set-aside-20261122T120000Z: ";
            assertTrue(aside.reason().startsWith(start), aside::reason);
            return aside.reason().substring(start.length());
        }
    }

    @Test
    void knowsTheEndsThatWerePackedAndNotSent() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            totals.report(slot, 12, 120, 20, 200, 7);
            totals.report(slot, 15, 150, 21, 210, 8);
            totals.flags(slot, 0x304);
            totals.remove(slot);
        }
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            assertEquals(List.of(10L, 100L, 20L, 200L), Tables.totals(totals, slot));
            assertEquals(List.of(new UnsentEnd(slot, 15, 150, 21, 210, 8, 0x304)), totals.unsentEnds());
            assertEquals(List.of(), totals.inDoubt());
        }
        try (FlowTotals totals = open()) {
            assertEquals(List.of(), totals.unsentEnds(), "told once");
        }
    }

    @Test
    void anEndThatWasBeingSentIsInDoubtInstead() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            totals.report(slot, 15, 150, 21, 210, 8);
            totals.remove(slot);
            totals.beginSending();
        }
        try (FlowTotals totals = open()) {
            assertEquals(List.of(), totals.unsentEnds());
            assertEquals(1, totals.inDoubt().size());
            assertEquals(0, totals.size());
        }
    }

    @Test
    void takesUpTheFlowsOfTheProcessBefore() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            Opening.Resumed resumed = assertInstanceOf(Opening.Resumed.class, totals.opening());
            assertEquals(NOON.millis(), resumed.createdMillis());
            assertEquals(NOON.millis(), resumed.lastUsedMillis());
            assertEquals(1, totals.size());
            long slot = totals.find(messages.of(flow));
            assertEquals(List.of(10L, 100L, 20L, 200L), Tables.totals(totals, slot));
            assertEquals(6, totals.reportedUntilNanos(slot));
            assertEquals(0, totals.lap(slot));
        }
        assertEquals(Optional.of(Tables.identity()), FlowTotals.identity(path));
    }

    @Test
    void isReadableByItsOwnerOnly() throws IOException {
        fill();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void undoesWhatWasPackedAndNotSent() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            totals.report(slot, 11, 110, 21, 210, 7);
            totals.report(slot, 12, 120, 22, 220, 8);
            totals.remove(slot);
            totals.insert(messages.of(Entry.udp(9, 9)), 1, 1);
            assertEquals(1, totals.size());
        }
        try (FlowTotals totals = open()) {
            assertTrue(totals.inDoubt().isEmpty());
            assertEquals(2, totals.size());
            long slot = totals.find(messages.of(flow));
            assertEquals(List.of(10L, 100L, 20L, 200L), Tables.totals(totals, slot));
            assertEquals(6, totals.reportedUntilNanos(slot));
        }
    }

    @Test
    void namesWhatWasBeingSentOnceAndKeepsIt() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            totals.report(slot, 11, 110, 21, 210, 7);
            totals.report(slot, 13, 130, 23, 230, 8);
            totals.remove(slot);
            totals.beginSending();
            // Undone: it is of the next batch.
            long next = totals.insert(messages.of(Entry.udp(9, 9)), 1, 1);
            totals.report(next, 1, 1, 1, 1, 1);
        }
        String line = "protocol 17 0.0.0.2:1000 -> 0.0.0.7:53, reply 255.255.255.248:53 -> 0.0.0.2:1000, id 1: "
                + "3 packets, 30 octets, reply 3 packets, 30 octets, ended";
        for (int again = 0; again < 2; again++) {
            try (FlowTotals totals = open()) {
                assertEquals(
                        List.of(line),
                        totals.inDoubt().stream().map(Object::toString).toList());
                assertEquals(FlowTotals.NONE, totals.find(messages.of(flow)));
                assertEquals(0, totals.originalPackets(totals.find(messages.of(Entry.udp(9, 9)))));
                if (again == 1) {
                    totals.settleDoubt();
                }
            }
        }
        try (FlowTotals totals = open()) {
            assertTrue(totals.inDoubt().isEmpty());
        }
    }

    @Test
    void doesNotReuseASlotBeforeItsRecordIsSent() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            totals.remove(slot);
            assertNotEquals(slot, totals.insert(messages.of(Entry.udp(9, 9)), 1, 1));
            long sending = totals.beginSending();
            assertNotEquals(slot, totals.insert(messages.of(Entry.udp(10, 10)), 1, 1));
            totals.sent(sending);
            assertEquals(slot, totals.insert(messages.of(Entry.udp(11, 11)), 1, 1));
        }
    }

    @Test
    void packsOnWhileABatchIsBeingSent() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            long slot = totals.find(messages.of(flow));
            totals.report(slot, 11, 110, 21, 210, 7);
            long sending = totals.beginSending();
            totals.report(slot, 12, 120, 22, 220, 8);
            totals.sent(sending);
        }
        try (FlowTotals totals = open()) {
            assertTrue(totals.inDoubt().isEmpty());
            assertEquals(11, totals.originalPackets(totals.find(messages.of(flow))));
        }
    }

    @Test
    void asksToSendBeforeTheJournalIsFull() throws IOException {
        try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), 10_000)) {
            int reported = 0;
            while (!totals.needsSend()) {
                long slot = totals.insert(messages.of(Entry.udp(reported, reported)), 1, 1);
                totals.report(slot, 1, 1, 1, 1, 1);
                reported++;
            }
            assertEquals(Journal.ENTRIES * 3 / 4, reported);
            totals.sent(totals.beginSending());
            assertTrue(!totals.needsSend());
            for (int slot = 0; slot < Journal.ENTRIES - 1; slot++) {
                totals.report(slot % reported, 2, 2, 2, 2, 2);
            }
            totals.remove(0);
            assertThrows(IllegalStateException.class, () -> totals.remove(1));
        }
    }

    @Test
    void setsAFileOfAnotherBootAside() throws IOException {
        fill();
        StateIdentity other = new StateIdentity(new UUID(7, 7), 4_026_531_840L, 0, 1, "");
        assertEquals("the machine has been started anew since", reasonForSettingAside(other));
    }

    @Test
    void setsAFileOfAnotherNamespaceAside() throws IOException {
        fill();
        StateIdentity other = new StateIdentity(Tables.BOOT, 5, 0, 1, "");
        assertEquals("it belongs to network namespace 4026531840, this is 5", reasonForSettingAside(other));
    }

    @Test
    void setsAFileOfAnotherReaderAside() throws IOException {
        fill();
        StateIdentity other = new StateIdentity(Tables.BOOT, 4_026_531_840L, 0, 2, "");
        assertEquals("it belongs to reader 0 of 1, this is 0 of 2", reasonForSettingAside(other));
    }

    @Test
    void setsAFileWithAnotherMarkFilterAside() throws IOException {
        fill();
        StateIdentity other = new StateIdentity(Tables.BOOT, 4_026_531_840L, 0, 1, "0x1/0xff");
        assertEquals("it was made with mark filter \"\", this is \"0x1/0xff\"", reasonForSettingAside(other));
    }

    @Test
    void setsAForeignFileAside() throws IOException {
        byte[] noise = new byte[500_000];
        new Random(1).nextBytes(noise);
        Files.write(path, noise);
        assertEquals("it is not a state file", reasonForSettingAside(Tables.identity()));
        assertEquals(Optional.empty(), FlowTotals.identity(directory.resolve("totals.set-aside-20261122T120000Z")));
    }

    @Test
    void setsAnEmptyFileAside() throws IOException {
        Files.createFile(path);
        assertEquals("it is torn: 0 octets are too few", reasonForSettingAside(Tables.identity()));
    }

    @Test
    void setsAFileOfAnotherVersionAside() throws IOException {
        fill();
        byte[] bytes = Files.readAllBytes(path);
        bytes[8] = 9;
        Files.write(path, bytes);
        assertEquals("its layout is version 9, this program's is 1", reasonForSettingAside(Tables.identity()));
    }

    @Test
    void setsATruncatedFileAside() throws IOException {
        fill();
        byte[] bytes = Files.readAllBytes(path);
        for (int length : new int[] {1, 4096, (int) StateHeader.PREAMBLE_BYTES, bytes.length - 1}) {
            Files.write(path, Arrays.copyOf(bytes, length));
            assertTrue(reasonForSettingAside(Tables.identity()).startsWith("it is torn: " + length + " octets"));
            Files.delete(directory.resolve("totals.set-aside-20261122T120000Z"));
            Files.delete(path);
        }
    }

    @Test
    void dropsWhatAnInterruptedGrowthLeft() throws IOException {
        fill();
        byte[] bytes = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(bytes, bytes.length + 4096));
        open().close();
        assertEquals(bytes.length, Files.size(path));
        Files.write(path, Arrays.copyOf(bytes, bytes.length + 4_000_000));
        assertEquals("it is torn: 4000000 octets too many", reasonForSettingAside(Tables.identity()));
    }

    @Test
    void neverTrustsAFlippedBitThatMatters() throws IOException {
        fill();
        byte[] bytes = Files.readAllBytes(path);
        int trusted = 0;
        for (int bit = 0; bit < 1120 * 8 + 8; bit++) {
            // After the words comes the first chunk's family.
            int octet = bit < 1120 * 8 ? bit / 8 : 4096;
            if (octet >= 80 && octet < 1024 && bit % 8 != octet % 8) {
                // All these are under one checksum: one bit of each will do.
                continue;
            }
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(bytes.length);
                file.write(bytes, 0, (int) StateHeader.PREAMBLE_BYTES);
                file.seek(octet);
                file.write(bytes[octet] ^ 1 << bit % 8);
            }
            try (FlowTotals totals = open()) {
                if (totals.opening() instanceof Opening.SetAside aside) {
                    Files.move(
                            aside.keptAs(),
                            directory.resolve("last"),
                            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                    Files.delete(path);
                    Files.copy(directory.resolve("last"), path);
                } else {
                    trusted++;
                    assertTrue((octet >= 1040 && octet < 1088) || octet >= 1112, "octet " + octet);
                    assertEquals(10, totals.originalPackets(totals.find(messages.of(flow))));
                }
            }
        }
        assertEquals((48 + 8) * 8, trusted, "bits of octets that are not used");
    }

    @Test
    void setsAJournalWithNonsenseAside() throws IOException {
        fill();
        try (FlowTotals totals = open()) {
            totals.report(0, 1, 1, 1, 1, 1);
        }
        byte[] bytes = Files.readAllBytes(path);
        for (int at = 0; at < 8; at += 4) {
            byte[] torn = bytes.clone();
            // fill() has used the first entry.
            torn[(int) StateHeader.JOURNAL_ENTRIES + Journal.ENTRY_BYTES + at + 2] = 1;
            Files.write(path, torn);
            assertEquals("it is torn: the header contradicts itself", reasonForSettingAside(Tables.identity()));
            Files.delete(directory.resolve("totals.set-aside-20261122T120000Z"));
        }
    }

    @Test
    void findsANameForEachFileSetAside() throws IOException {
        for (int i = 0; i < 3; i++) {
            Files.writeString(path, "not ours");
            open().close();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(
                    List.of(
                            "totals",
                            "totals.lock",
                            "totals.set-aside-20261122T120000Z",
                            "totals.set-aside-20261122T120000Z-2",
                            "totals.set-aside-20261122T120000Z-3"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void makesTheFileAgainWhereTheMakingWasInterrupted() throws IOException {
        Files.writeString(directory.resolve("totals.new"), "half");
        try (FlowTotals totals = open()) {
            assertInstanceOf(Opening.First.class, totals.opening());
        }
    }

    @Test
    void refusesAFileInUseInThisProcess() throws IOException {
        try (FlowTotals totals = open()) {
            StateFileException refused = assertThrows(StateFileException.class, this::open);
            assertEquals(
                    "state file " + path + " is in use twice in this process: give each its own", refused.getMessage());
            assertEquals(0, totals.size());
        }
        open().close();
    }

    @Test
    void saysWhatIsWrongWithThePath() throws IOException {
        path = directory.resolve("missing/totals");
        assertEquals(
                "cannot open state file " + path + ": there is no " + path.getParent(),
                assertThrows(StateFileException.class, this::open).getMessage());
        path = Files.createDirectory(directory.resolve("folder"));
        assertEquals(
                "state file " + path + " is not a regular file",
                assertThrows(StateFileException.class, this::open).getMessage());
    }

    @Test
    void takesUpMoreFlowsThanItMayHold() throws IOException {
        try (FlowTotals totals = FlowTotals.open(path, Tables.identity(), 40_000)) {
            for (int i = 0; i < 40_000; i++) {
                totals.insert(messages.of(i % 2 == 0 ? Entry.udp(i, i) : Entry.udp6(i, i)), 1, 1);
            }
        }
        try (FlowTotals totals = open()) {
            assertEquals(40_000, totals.size());
            assertEquals(FlowTotals.NONE, totals.insert(messages.of(Entry.udp(-1, 1)), 1, 1));
            for (int i = 0; i < 40_000; i++) {
                totals.remove(totals.find(messages.of(i % 2 == 0 ? Entry.udp(i, i) : Entry.udp6(i, i))));
                if (totals.needsSend()) {
                    totals.sent(totals.beginSending());
                }
            }
            assertNotEquals(FlowTotals.NONE, totals.insert(messages.of(Entry.udp(-1, 1)), 1, 1));
        }
    }
}
