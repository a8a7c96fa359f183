package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static final List<String> TEXTS =
            List.of("", "eth0", "Außenleitung", "\0", "\u07ff\u0800\uffff", "网卡", "🛰x");

    @Test
    void writesWhatTheJdkWrites() {
        for (String text : TEXTS) {
            assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), written(text, 254), text);
        }
    }

    @Test
    void cutsBeforeACharacterNeverWithin() {
        for (String text : TEXTS) {
            for (int limit = 0; limit < 16; limit++) {
                byte[] octets = written(text, limit);
                String read = new String(octets, StandardCharsets.UTF_8);
                assertEquals(text.substring(0, read.length()), read);
            }
        }
        assertArrayEquals(new byte[] {'A', 'u'}, written("Außenleitung", 3));
    }

    @Test
    void halfASurrogatePairIsNoReasonForInvalidOctets() {
        assertArrayEquals(new byte[] {'a', '?', 'b', '?'}, written("a\ud83db\udef0", 254));
    }

    @Test
    void fillsUpWithZeros() {
        byte[] octets = new byte[8];
        Arrays.fill(octets, (byte) 0xee);
        Utf8.writePadded("ß1", MemorySegment.ofArray(octets), 1, 6);
        assertArrayEquals(new byte[] {(byte) 0xee, (byte) 0xc3, (byte) 0x9f, '1', 0, 0, 0, (byte) 0xee}, octets);
    }

    private static byte[] written(String text, int limit) {
        byte[] octets = new byte[300];
        long end = Utf8.write(text, MemorySegment.ofArray(octets), 0, limit);
        assertEquals(Utf8.length(text, limit), end);
        return Arrays.copyOf(octets, (int) end);
    }
}
