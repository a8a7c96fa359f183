package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.StateIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process that is killed leaves behind of the records that it was packing. */
class DeltaRecordsTest {
    private static final long BEGIN = 1_700_000_000_000L;
    private static final long LAP = 60_000;

    @TempDir
    Path directory;

    private FlowTotals open() throws Exception {
        return FlowTotals.open(directory.resolve("totals"), new StateIdentity(new UUID(1, 2), 3, 0, 1, ""), 1_000);
    }

    private static EntryMessage live(long packets) {
        return EntryMessage.dumped().startMillis(BEGIN + 1).counters(packets, 100 * packets, 0, 0);
    }

    /** Two reports of one flow in a row share a journal entry: it must not go before the second has been sent too. */
    @Test
    void aRecordThatMadeTheDatagramBeforeItLeaveIsInDoubtWithIt() throws Exception {
        List<EmbeddedDelta> self = new ArrayList<>();
        EmbeddedDelta delta = new EmbeddedDelta(ConntrackSourceConfig.defaults("flows"), BEGIN, open(), flow -> {
            SendLog log = self.getFirst().log();
            if (flow.originalPackets() == 2) {
                // The datagram is full, and leaves before this record is in the next.
                log.sent(log.beginSending());
            }
        });
        self.add(delta);
        delta.lap(BEGIN + LAP, live(1));
        delta.lap(BEGIN + 2 * LAP, live(3));
        delta.close();
        try (FlowTotals next = open()) {
            assertEquals(1, next.inDoubt().size());
        }
    }

    @Test
    void anEndThatWasPackedAndNotSentIsReportedByTheNextProcess() throws Exception {
        EmbeddedDelta killed = new EmbeddedDelta(ConntrackSourceConfig.defaults("flows"), BEGIN, open(), flow -> {});
        killed.lap(BEGIN + LAP, live(1));
        killed.log().sent(killed.log().beginSending());
        killed.tell(
                BEGIN + LAP + 50,
                EntryMessage.destroy()
                        .startMillis(BEGIN + 1)
                        .stopMillis(BEGIN + LAP + 40)
                        .counters(5, 500, 0, 0));
        killed.close();

        long[] reported = new long[2];
        FlowTotals totals = open();
        try (EmbeddedDelta next =
                new EmbeddedDelta(ConntrackSourceConfig.defaults("flows"), BEGIN + 2 * LAP, totals, flow -> {
                    reported[0] += flow.originalPackets();
                    reported[1] = flow.endReason();
                })) {
            totals.unsentEnds().forEach(next::reportUnsent);
            assertEquals(4, reported[0]);
            assertEquals(FlowEndReason.IDLE_TIMEOUT, reported[1]);
            assertEquals(1, next.ledger().exported());
            assertEquals(0, next.flows());
        }
    }
}
