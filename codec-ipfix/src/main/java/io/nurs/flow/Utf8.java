package io.nurs.flow;

import java.lang.foreign.MemorySegment;

/**
 * Strings as UTF-8 without a copy in between, and always valid: half a surrogate pair comes out as a question mark,
 * and what is too long is cut before a character, never within.
 */
final class Utf8 {
    /** What the short form of RFC 7011 §7 can say; no name that we export is longer. */
    static final int MAX_LENGTH = 254;

    private static final int REPLACEMENT = '?';

    private Utf8() {}

    /** Octets of as many characters as fit into {@code limit} octets. */
    static int length(String text, int limit) {
        int length = 0;
        for (int i = 0; i < text.length(); ) {
            int character = characterAt(text, i);
            if (length + octets(character) > limit) {
                return length;
            }
            length += octets(character);
            i += Character.charCount(character);
        }
        return length;
    }

    /** Writes {@link #length} octets and returns where they end. */
    static long write(String text, MemorySegment memory, long offset, int limit) {
        long at = offset;
        for (int i = 0; i < text.length(); ) {
            int character = characterAt(text, i);
            int octets = octets(character);
            if (at + octets > offset + limit) {
                return at;
            }
            put(character, octets, memory, at);
            at += octets;
            i += Character.charCount(character);
        }
        return at;
    }

    static void writePadded(String text, MemorySegment memory, long offset, int length) {
        for (long at = write(text, memory, offset, length); at < offset + length; at++) {
            BigEndian.putU8(memory, at, 0);
        }
    }

    private static int characterAt(String text, int index) {
        int character = text.codePointAt(index);
        boolean halfAPair = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
        return halfAPair ? REPLACEMENT : character;
    }

    private static int octets(int character) {
        return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    }

    /** RFC 3629 §3: the first octet says how many there are, the others carry six bits each. */
    private static void put(int character, int octets, MemorySegment memory, long offset) {
        int rest = character;
        for (int i = octets - 1; i > 0; i--) {
            BigEndian.putU8(memory, offset + i, 0x80 | (rest & 0x3f));
            rest >>= 6;
        }
        int mark = octets == 1 ? 0 : 0xf00 >> octets;
        BigEndian.putU8(memory, offset, mark | rest);
    }
}
