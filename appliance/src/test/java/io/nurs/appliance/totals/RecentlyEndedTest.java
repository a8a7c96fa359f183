package io.nurs.appliance.totals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecentlyEndedTest {
    private final EntryMessages messages = new EntryMessages();
    private final RecentlyEnded ended = new RecentlyEnded(50_000);

    @AfterEach
    void close() {
        ended.close();
    }

    @Test
    void tellsADuplicateFromAReusedTuple() {
        assertTrue(ended.addIfNew(messages.of(Entry.udp(1, 1).withStart(5))));
        assertFalse(ended.addIfNew(messages.of(Entry.udp(1, 1).withStart(5).withCounters(1L, 2L, 3L, 4L))));
        assertTrue(ended.addIfNew(messages.of(Entry.udp(1, 1).withStart(6))));
        assertTrue(ended.addIfNew(messages.of(Entry.udp(2, 1).withStart(5))));
        assertTrue(ended.addIfNew(messages.of(Entry.udp6(1, 1).withStart(5))));
    }

    @Test
    void forgetsAfterTwoPeriods() {
        ended.addIfNew(messages.of(Entry.udp(1, 1)));
        ended.rotate();
        assertTrue(ended.contains(messages.of(Entry.udp(1, 1))));
        ended.rotate();
        assertFalse(ended.contains(messages.of(Entry.udp(1, 1))));
    }

    @Test
    void withoutStartsTellsADuplicateByItsCounters() {
        assertTrue(ended.addIfNew(messages.of(Entry.udp(1, 1).withCounters(1L, 100L, 2L, 200L))));
        assertFalse(ended.addIfNew(messages.of(Entry.udp(1, 1).withCounters(1L, 100L, 2L, 200L))));
        assertTrue(ended.addIfNew(messages.of(Entry.udp(1, 1).withCounters(1L, 100L, 2L, 201L))));
    }

    @Test
    void staysBoundedAndSaysSo() {
        try (RecentlyEnded small = new RecentlyEnded(100)) {
            for (int i = 0; i < 1000; i++) {
                assertTrue(small.addIfNew(messages.of(Entry.udp(i, i))));
            }
            assertEquals(9, small.overflows());
            assertEquals(200, small.size());
        }
    }

    @Test
    void takesWhatItHoldsAndGivesItBack() {
        for (int i = 0; i < 50_000; i++) {
            ended.addIfNew(messages.of(Entry.udp(i, i)));
        }
        assertTrue(ended.capacityBytes() <= 50_000 * 8 * 4 + 8192);
        for (int i = 0; i < 40; i++) {
            ended.rotate();
        }
        assertEquals(2 * 8192, ended.capacityBytes());
        assertEquals(0, ended.size());
    }

    @Test
    void behavesAsASet() {
        Random random = new Random(7);
        Set<List<Object>> young = new HashSet<>();
        Set<List<Object>> old = new HashSet<>();
        for (int i = 0; i < 200_000; i++) {
            Entry entry = Entry.udp(random.nextInt(50), random.nextInt(500)).withStart(random.nextInt(3));
            List<Object> key = new ArrayList<>(entry.identityAndStart());
            boolean known = young.contains(key) || old.contains(key);
            switch (random.nextInt(3)) {
                case 0 -> assertEquals(known, ended.contains(messages.of(entry)));
                default -> {
                    assertEquals(!known, ended.addIfNew(messages.of(entry)));
                    if (!known) {
                        young.add(key);
                    }
                }
            }
            if (random.nextInt(20_000) == 0) {
                ended.rotate();
                old = young;
                young = new HashSet<>();
            }
            assertEquals((long) young.size() + old.size(), ended.size());
        }
    }
}
