package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NftablesTransactionsTest {
    private static final int ROOM = 3;
    private static final int NFT = 4711;
    private static final int OTHER = 4712;

    private final NftablesStats stats = new NftablesStats();
    private final List<String> told = new ArrayList<>();
    private final NftablesTransactions transactions = new NftablesTransactions(ROOM, stats, this::hear);

    private void hear(NftablesObservation observation) {
        told.add(
                switch (observation) {
                    case NftablesChange change ->
                        change.name() + " of " + change.generation() + " by " + change.processName();
                    case NftablesTransaction end -> "end of " + end.generation() + ", " + end.changes() + " changes";
                    default -> throw new AssertionError(observation.toString());
                });
    }

    private void change(String name, int causedBy) {
        transactions.change(
                new NftablesChange("set", false, "inet", "t", "", name, 1, new byte[0], causedBy, 1000, null));
    }

    private void end(int generation, int causedBy) {
        transactions.generation(generation, causedBy, causedBy, "nft", 2000);
    }

    private List<String> take() {
        List<String> taken = List.copyOf(told);
        told.clear();
        return taken;
    }

    @Test
    void changesWaitForTheEndOfTheirTransaction() {
        change("a", NFT);
        change("b", NFT);
        assertEquals(List.of(), take());
        end(7, NFT);
        assertEquals(List.of("a of 7 by nft", "b of 7 by nft", "end of 7, 2 changes"), take());
        assertTrue(transactions.isEmpty());
        assertEquals(2, stats.changes());
        assertEquals(0, stats.unattributed());
    }

    @Test
    void whereThereIsNoRoomTheEldestGoOnWithoutAnAuthorAndAreCounted() {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            change(name, NFT);
        }
        assertEquals(List.of("a of 0 by ", "b of 0 by "), take());
        end(7, NFT);
        assertEquals(List.of("c of 7 by nft", "d of 7 by nft", "e of 7 by nft", "end of 7, 5 changes"), take());
        assertEquals(2, stats.unattributed());
        change("f", NFT);
        end(8, NFT);
        assertEquals(List.of("f of 8 by nft", "end of 8, 1 changes"), take());
    }

    @Test
    void behindAGapNobodyIsTakenForTheAuthorOfWhatWaited() {
        end(7, NFT);
        change("a", NFT);
        end(10, NFT);
        change("b", NFT);
        end(11, NFT);
        assertEquals(
                List.of(
                        "end of 7, 0 changes",
                        "a of 0 by ",
                        "end of 10, 0 changes",
                        "b of 11 by nft",
                        "end of 11, 1 changes"),
                take());
        assertEquals(2, stats.missedTransactions());
    }

    @Test
    void anothersChangesAreNotTaken() {
        change("a", OTHER);
        change("b", NFT);
        end(7, NFT);
        assertEquals(List.of("a of 0 by ", "b of 7 by nft", "end of 7, 1 changes"), take());
    }

    @Test
    void whatTheKernelDoesByItselfIsToldAtOnce() {
        change("a", NFT);
        change("quota", 0);
        assertEquals(List.of("quota of 0 by "), take());
        transactions.release();
        assertEquals(List.of("a of 0 by "), take());
    }

    @Test
    void theNumberOfTheRuleSetMayBeginAgain() {
        end(-2, NFT);
        end(-1, NFT);
        end(1, NFT);
        assertEquals(0, stats.missedTransactions());
        end(3, NFT);
        assertEquals(1, stats.missedTransactions());
    }

    @Test
    void aTextThatIsTooLongEndsBeforeACharacter() {
        assertArrayEquals("kept".getBytes(StandardCharsets.UTF_8), NftablesChanges.octets("kept"));
        byte[] cut = NftablesChanges.octets("ä".repeat(NftablesChanges.MOST_TEXT_BYTES));
        assertEquals("ä".repeat(254) + "...", new String(cut, StandardCharsets.UTF_8));
    }
}
