package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class InformationElementTest {
    @Test
    void reverseKeepsIdAndTypeUnderAnEnterpriseNumber() {
        assertEquals(
                new InformationElement(29305, 1, "reverseOctetDeltaCount", DataType.UNSIGNED64),
                IanaElements.octetDeltaCount.reverse());
    }

    /**
     * RFC 5103 §6.1: flowId, templateId, observationDomainId, commonPropertiesId, configuration (RFC 5102 §5.2) and
     * statistics (§5.3) of the processes, padding, biflowDirection.
     */
    @Test
    void refusesToReverseWhatHasNoDirection() {
        List<Integer> directionless = List.of(
                40, 41, 42, 130, 131, 137, 145, 148, 149, 163, 164, 165, 166, 167, 168, 173, 210, 211, 212, 213, 214,
                215, 216, 217, 239);
        for (int id = 1; id < 512; id++) {
            InformationElement element = IanaElements.byId(id);
            if (element == null) {
                continue;
            }
            assertEquals(!directionless.contains(id), element.isReversible(), element::toString);
            if (directionless.contains(id)) {
                assertThrows(IllegalStateException.class, element::reverse, element::toString);
            }
        }
    }

    @Test
    void refusesToReversePrivateElements() {
        InformationElement reverse = IanaElements.octetDeltaCount.reverse();
        assertThrows(IllegalStateException.class, reverse::reverse);
        assertThrows(
                IllegalStateException.class,
                () -> InformationElement.unknown(0, 33000).reverse());
    }

    @Test
    void enterpriseElementsHaveFifteenBitsForTheirId() {
        assertEquals(33000, InformationElement.unknown(0, 33000).id());
        assertThrows(IllegalArgumentException.class, () -> InformationElement.unknown(9, 33000));
        assertThrows(IllegalArgumentException.class, () -> InformationElement.unknown(0, 65536));
        assertThrows(IllegalArgumentException.class, () -> InformationElement.unknown(0, -1));
    }

    @Test
    void printsEnterpriseNumbersUnsigned() {
        assertEquals("octetDeltaCount(1)", IanaElements.octetDeltaCount.toString());
        assertEquals(
                "unknown4294967295_7(4294967295/7)",
                InformationElement.unknown(-1, 7).toString());
    }
}
