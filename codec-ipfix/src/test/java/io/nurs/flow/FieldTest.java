package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldTest {
    @Test
    void integersShrinkOctetByOctetSignedOnesToo() {
        assertWritten("0000000001", Field.integer(IanaElements.octetDeltaCount, 5, s -> 1));
        assertWritten("fffffe", Field.integer(IanaElements.mibObjectValueInteger, 3, s -> -2));
        assertThrows(
                IllegalArgumentException.class, () -> Field.integer(IanaElements.flowStartMilliseconds, 8, s -> 1));
        assertThrows(IllegalArgumentException.class, () -> Field.integer(IanaElements.ingressInterface, 5, s -> 1));
    }

    @Test
    void floatsShrinkToHalfTheirSize() {
        assertWritten("3fe0000000000000", Field.f64(IanaElements.samplingProbability, s -> 0.5));
        assertWritten("3f000000", Field.f32(IanaElements.samplingProbability, s -> 0.5));
        assertThrows(IllegalArgumentException.class, () -> Field.f32(IanaElements.ingressInterface, s -> 1));
        assertThrows(IllegalArgumentException.class, () -> Field.f64(IanaElements.octetDeltaCount, s -> 1));
    }

    @Test
    void timesInMicroAndNanosecondsAreNtps() {
        assertWritten("83aa7e8080000000", Field.ntpTime(IanaElements.flowStartMicroseconds, s -> 500_000_000));
        assertWritten("83aa7e8000000005", Field.ntpTime(IanaElements.flowStartNanoseconds, s -> 1));
        assertThrows(IllegalArgumentException.class, () -> Field.ntpTime(IanaElements.flowStartMilliseconds, s -> 1));
    }

    @Test
    void stringsHaveALengthOfTheirOwnOrAFixedOne() {
        assertWritten("0465746830", Field.string(IanaElements.interfaceName, s -> "eth0"));
        assertWritten("00", Field.string(IanaElements.interfaceName, s -> ""));
        assertWritten("657468300000", Field.string(IanaElements.interfaceName, 6, s -> "eth0"));
        assertWritten("657468", Field.string(IanaElements.interfaceName, 3, s -> "eth0"));
        assertThrows(IllegalArgumentException.class, () -> Field.string(IanaElements.applicationId, s -> ""));
    }

    @Test
    void lengthTakesThreeOctetsFrom255On() {
        assertEquals(1 + 254, length(254));
        assertEquals(3 + 255, length(255));
        assertEquals(3 + 300, length(300));
        // Strings are cut to what one octet can say.
        Field<String> name = Field.string(IanaElements.interfaceName, s -> "x".repeat(300));
        assertEquals(255, Template.of(256, name).recordLength(""));
    }

    @Test
    void octetsOfAVariableLengthNeedToBeTold() {
        assertThrows(
                IllegalArgumentException.class, () -> Field.octets(IanaElements.applicationId, (s, memory, at) -> {}));
    }

    private static int length(int octets) {
        Field<String> field = Field.variable(
                IanaElements.applicationId,
                s -> octets,
                (s, memory, at) -> memory.asSlice(at, octets).fill((byte) 1));
        Template<String> template = new Template<>(256, List.of(field));
        byte[] memory = new byte[400];
        template.writeRecord("", MemorySegment.ofArray(memory), 0);
        int length = template.recordLength("");
        assertEquals(1, memory[length - 1]);
        assertEquals(0, memory[length]);
        return length;
    }

    private static void assertWritten(String hex, Field<String> field) {
        Template<String> template = new Template<>(256, List.of(field));
        byte[] memory = new byte[32];
        Arrays.fill(memory, (byte) 0xee);
        template.writeRecord("", MemorySegment.ofArray(memory), 0);
        byte[] expected = HexFormat.of().parseHex(hex);
        assertEquals(expected.length, template.recordLength(""));
        assertArrayEquals(expected, Arrays.copyOf(memory, expected.length));
        assertEquals((byte) 0xee, memory[expected.length]);
    }
}
