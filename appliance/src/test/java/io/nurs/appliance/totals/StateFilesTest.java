package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State files of one number of readers, taken up by another. */
class StateFilesTest {
    private static final int FLOWS = 200;

    private final EntryMessages messages = new EntryMessages();

    @TempDir
    Path directory;

    private Path base = Path.of("");

    @BeforeEach
    void chooseBase() {
        base = directory.resolve("totals");
    }

    private static StateIdentity identity(int reader, int readers) {
        return new StateIdentity(Tables.BOOT, 4_026_531_840L, reader, readers, "");
    }

    private static Entry entry(int flow) {
        return flow % 2 == 0
                ? Entry.udp(flow, flow).withStart(flow + 1)
                : Entry.udp6(flow, flow).withStart(flow + 1);
    }

    private FlowTotals open(int reader, int readers) throws StateFileException {
        return FlowTotals.open(StateFiles.path(base, reader, readers), identity(reader, readers), FLOWS);
    }

    private void fill(int readers) throws IOException {
        for (int reader = 0; reader < readers; reader++) {
            try (FlowTotals totals = open(reader, readers)) {
                for (int flow = 0; flow < FLOWS; flow++) {
                    if (Integer.remainderUnsigned(messages.of(entry(flow)).id(), readers) == reader) {
                        long slot = totals.insert(messages.of(entry(flow)), 1, 0);
                        totals.report(slot, flow, 2L * flow, 3L * flow, 4L * flow, 5);
                        totals.sent(totals.beginSending());
                    }
                }
            }
        }
    }

    private StateFiles.Spread spread(int readers) throws IOException {
        return StateFiles.spread(base, identity(0, readers), FLOWS);
    }

    private void assertHoldsAll(int readers) throws IOException {
        long found = 0;
        for (int reader = 0; reader < readers; reader++) {
            try (FlowTotals totals = open(reader, readers)) {
                assertInstanceOf(Opening.Resumed.class, totals.opening());
                found += totals.size();
                for (int flow = 0; flow < FLOWS; flow++) {
                    long slot = totals.find(messages.of(entry(flow)));
                    boolean owns =
                            Integer.remainderUnsigned(messages.of(entry(flow)).id(), readers) == reader;
                    assertEquals(owns, slot != FlowTotals.NONE);
                    if (owns) {
                        assertEquals(
                                List.of((long) flow, 2L * flow, 3L * flow, 4L * flow), Tables.totals(totals, slot));
                    }
                }
            }
        }
        assertEquals(FLOWS, found);
    }

    @Test
    void spreadsFlowsOverAnyNumberOfReaders() throws IOException {
        fill(1);
        for (int readers : new int[] {4, 3, 1, 2}) {
            assertEquals(1, spread(readers).notes().size());
            assertHoldsAll(readers);
        }
        for (int reader = 0; reader < 4; reader++) {
            assertFalse(Files.exists(StateFiles.path(base, reader, 4)));
        }
    }

    @Test
    void doesNothingWhereTheNumberIsTheSame() throws IOException {
        fill(3);
        assertEquals(new StateFiles.Spread(List.of(), List.of()), spread(3));
        assertHoldsAll(3);
    }

    @Test
    void killedBeforeAllNewFilesHadTheirNamesBeginsAgain() throws IOException {
        fill(2);
        open(0, 3).close();
        Files.writeString(directory.resolve("totals.1-of-3.spread"), "unfinished");
        spread(3);
        assertHoldsAll(3);
        assertFalse(Files.exists(StateFiles.path(base, 0, 2)));
    }

    @Test
    void killedBeforeAllOldFilesWereGoneKeepsTheNewOnes() throws IOException {
        fill(2);
        Path kept = directory.resolve("kept");
        Files.copy(StateFiles.path(base, 1, 2), kept);
        spread(3);
        Files.move(kept, StateFiles.path(base, 1, 2));
        spread(3);
        assertHoldsAll(3);
        assertFalse(Files.exists(StateFiles.path(base, 1, 2)));
    }

    /** Some of its flows would be taken for new ones, and reported whole. */
    @Test
    void aSetThatLacksAFileIsLeftAlone() throws IOException {
        fill(2);
        Files.delete(StateFiles.path(base, 0, 2));
        StateFiles.Spread spread = spread(1);
        assertTrue(spread.notes().getFirst().contains("left alone"), spread.notes()::toString);
        assertTrue(Files.exists(StateFiles.path(base, 1, 2)));
        try (FlowTotals totals = open(0, 1)) {
            assertInstanceOf(Opening.First.class, totals.opening());
        }
    }

    @Test
    void recordsInDoubtAreToldOfBeforeTheirFileGoes() throws IOException {
        try (FlowTotals totals = open(0, 1)) {
            long slot = totals.insert(messages.of(entry(1)), 1, 0);
            totals.report(slot, 1, 100, 0, 0, 5);
            totals.beginSending();
        }
        assertEquals(1, spread(2).inDoubt().size());
    }
}
