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

    @Test
    void refusesToReverseWhatHasNoDirection() {
        List<InformationElement> directionless = List.of(
                IanaElements.flowId,
                IanaElements.templateId,
                IanaElements.observationDomainId,
                IanaElements.commonPropertiesId,
                IanaElements.exportedFlowRecordTotalCount,
                IanaElements.exporterIPv4Address,
                IanaElements.paddingOctets,
                IanaElements.biflowDirection);
        for (InformationElement element : directionless) {
            assertThrows(IllegalStateException.class, element::reverse, element::toString);
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
