package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TemplateTest {
    private static final Template<Long> NUMBERS = Template.of(
            256,
            Field.u8(IanaElements.protocolIdentifier, Long::intValue),
            Field.u16(IanaElements.sourceTransportPort, Long::intValue),
            Field.u32(IanaElements.ingressInterface, Long::longValue),
            Field.u64(IanaElements.octetDeltaCount, Long::longValue),
            Field.octets(
                    IanaElements.sourceMacAddress,
                    (s, datagram, at) -> datagram.asSlice(at, 6).fill((byte) 7)));

    @Test
    void writesFieldsInNetworkOrderWithoutGaps() {
        byte[] datagram = new byte[25];
        NUMBERS.writeRecord(0x0102_0304_0506_0708L, MemorySegment.ofArray(datagram), 3);
        assertArrayEquals(
                HexFormat.of()
                        .parseHex("000000" + "08" + "0708" + "05060708" + "0102030405060708" + "070707070707" + "00"),
                datagram);
        assertEquals(21, NUMBERS.recordLength());
    }

    @Test
    void refusesReservedIdsAndNoFields() {
        assertThrows(IllegalArgumentException.class, () -> new Template<>(255, NUMBERS.fields()));
        assertThrows(IllegalArgumentException.class, () -> new Template<>(65536, NUMBERS.fields()));
        assertThrows(IllegalArgumentException.class, () -> new Template<Long>(256, List.of()));
    }

    @Test
    void optionsTemplateHasItsScopeFirst() {
        Template<Long> options = Template.options(
                300,
                List.of(Field.u32(IanaElements.ingressInterface, Long::longValue)),
                List.of(Field.<Long>string(IanaElements.interfaceName, s -> "eth0")));
        assertTrue(options.isOptions());
        assertEquals(1, options.scopeFields());
        assertEquals(IanaElements.ingressInterface, options.fields().getFirst().element());
        assertEquals("options template 300", options.toString());
        assertFalse(NUMBERS.isOptions());
        assertThrows(IllegalArgumentException.class, () -> Template.options(300, List.of(), NUMBERS.fields()));
    }

    @Test
    void lengthOfARecordIsItsOwnIfALengthIsVariable() {
        Template<Long> named = Template.of(
                256,
                Field.u8(IanaElements.protocolIdentifier, Long::intValue),
                Field.string(IanaElements.interfaceName, s -> "eth" + s),
                Field.u16(IanaElements.vlanId, Long::intValue));
        assertEquals(4, named.recordLength());
        assertEquals(8, named.recordLength(7L));
        assertEquals(9, named.recordLength(10L));
        byte[] datagram = new byte[9];
        named.writeRecord(10L, MemorySegment.ofArray(datagram), 0);
        assertArrayEquals(HexFormat.of().parseHex("0a" + "05" + "6574683130" + "000a"), datagram);
    }

    @Test
    void knowsVariableLengths() {
        assertFalse(NUMBERS.hasVariableLength());
        assertTrue(Template.of(256, Field.<Long>string(IanaElements.interfaceName, s -> "eth0"))
                .hasVariableLength());
    }

    @Test
    void refusesLengthsThatTheTypeCannotHave() {
        assertLengths(DataType.UNSIGNED64, 1, 2, 3, 4, 5, 6, 7, 8);
        assertLengths(DataType.UNSIGNED16, 1, 2);
        assertLengths(DataType.FLOAT64, 4, 8);
        assertLengths(DataType.FLOAT32, 4);
        assertLengths(DataType.IPV4_ADDRESS, 4);
        assertLengths(DataType.IPV6_ADDRESS, 16);
        assertLengths(DataType.DATE_TIME_MILLISECONDS, 8);
        assertLengths(DataType.MAC_ADDRESS, 6);
        assertTrue(DataType.STRING.allows(DataType.VARIABLE_LENGTH));
        assertFalse(DataType.STRING.allows(0));
        assertThrows(
                IllegalArgumentException.class, () -> Field.u64(IanaElements.sourceTransportPort, Long::longValue));
    }

    private static void assertLengths(DataType type, int... allowed) {
        assertArrayEquals(
                allowed, IntStream.rangeClosed(0, 20).filter(type::allows).toArray());
    }
}
