package io.nurs.netlink;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.attributeHeader;
import static io.nurs.netlink.Messages.join;
import static io.nurs.netlink.Messages.octets;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttributeIndexTest {
    private static final int NLA_F_NESTED = 0x8000;
    private static final int NLA_F_NET_BYTEORDER = 0x4000;

    /** 1 is a u16; 2 nests another 1 and another 2, the innermost of which is a value. */
    private final AttributeIndex index = new AttributeIndex(new AttributePolicy()
            .value(1, 0, 2)
            .nested(2, 3, new AttributePolicy().value(1, 1, 2).nested(2, new AttributePolicy().value(1, 2, 0))));

    private MemorySegment memory = MemorySegment.NULL;

    @Test
    void remembersWhereEachAttributeStands() {
        assertTrue(index(
                attribute(1, octets(7, 8)), attribute(2 | NLA_F_NESTED, attribute(1, octets(9, 10)), attribute(2))));
        assertEquals(7, memory.get(ValueLayout.JAVA_BYTE, index.offset(0)));
        assertEquals(2, index.length(0));
        assertEquals(9, memory.get(ValueLayout.JAVA_BYTE, index.offset(1)));
        assertTrue(index.has(3));
        assertFalse(index.has(2));
        assertEquals(-1, index.offset(2));
    }

    @Test
    void forgetsTheMessageBefore() {
        assertTrue(index(attribute(1, octets(7, 8))));
        assertTrue(index());
        assertFalse(index.has(0));
    }

    @Test
    void takesTheLastOfTwo() {
        assertTrue(index(attribute(1, octets(7, 8)), attribute(1, octets(9, 8))));
        assertEquals(9, memory.get(ValueLayout.JAVA_BYTE, index.offset(0)));
    }

    @Test
    void skipsWhatItDoesNotKnow() {
        assertTrue(
                index(attribute(0), attribute(3, octets(1)), attribute(0x3fff, octets(1)), attribute(1, octets(7, 8))));
        assertTrue(index.has(0));
    }

    @Test
    void overlooksTheFlagsOfAType() {
        assertTrue(index(attribute(1 | NLA_F_NET_BYTEORDER, octets(7, 8)), attribute(2, attribute(1, octets(9, 10)))));
        assertTrue(index.has(0));
        assertTrue(index.has(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 9, 65535})
    void refusesAnImpossibleLength(int length) {
        assertFalse(index(attribute(1, octets(7, 8)), attributeHeader(length, 5), octets(0, 0, 0, 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 9, 65535})
    void refusesAnImpossibleLengthInANest(int length) {
        assertFalse(index(attribute(2, attributeHeader(length, 5), octets(0, 0, 0, 0)), attribute(1, octets(7, 8))));
    }

    @Test
    void refusesAValueThatIsTooShort() {
        assertFalse(index(attribute(1, octets(7))));
        assertTrue(index(attribute(1, octets(7, 8, 9))));
    }

    @Test
    void takesALastAttributeWhosePaddingIsMissing() {
        assertTrue(index(attributeHeader(6, 1), octets(7, 8)));
        assertTrue(index.has(0));
        assertTrue(index(attributeHeader(6, 1), octets(7, 8), octets(0)));
    }

    @Test
    void goesNoDeeperThanThePolicy() {
        byte[] nest = attribute(2, octets(1));
        while (nest.length < 65000) {
            nest = attribute(2 | NLA_F_NESTED, nest);
        }
        assertTrue(index(nest));
        assertTrue(index.has(3));
        assertFalse(index.has(2));
    }

    private boolean index(byte[]... attributes) {
        byte[] octets = join(attributes);
        memory = MemorySegment.ofArray(octets);
        return index.index(memory, 0, octets.length);
    }
}
