package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IanaElementsTest {
    /** Assigned for NetFlow v9 compatibility, but without a meaning that IANA publishes. */
    private static final Set<Integer> CISCO_ONLY = Set.of(65, 66, 67, 68, 69, 97);

    private static final List<InformationElement> ALL = IntStream.range(0, 1000)
            .mapToObj(IanaElements::byId)
            .filter(Objects::nonNull)
            .toList();

    @Test
    void idsAndNamesAreThereOnce() {
        Set<String> names = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (InformationElement element : ALL) {
            assertTrue(names.add(element.name()) && ids.add(element.id()), element::toString);
            assertSame(element, IanaElements.byName(element.name()));
        }
        assertEquals(502, ALL.size());
    }

    @Test
    void refusesASecondElementOfAnIdOrName() {
        assertThrows(IllegalStateException.class, () -> IanaRegistry.enter(1, "another", DataType.UNSIGNED8));
        assertThrows(
                IllegalStateException.class, () -> IanaRegistry.enter(1000, "octetDeltaCount", DataType.UNSIGNED8));
    }

    @Test
    void hasAllThatNetflow9AndIanaShare() {
        for (int id = 1; id <= 104; id++) {
            assertEquals(!CISCO_ONLY.contains(id), IanaElements.byId(id) != null, "id " + id);
        }
    }

    @Test
    void hasWhatAConntrackExporterFillsAndWhatCameLater() {
        int[][] ranges = {
            {128, 415},
            {434, 453},
            {458, 467},
            {471, 481},
            {482, 533},
            {231, 233},
            {298, 299},
            {322, 325},
            {281, 284},
            {225, 230}
        };
        for (int[] range : ranges) {
            for (int id = range[0]; id <= range[1]; id++) {
                assertNotNull(IanaElements.byId(id), "id " + id);
            }
        }
    }

    @Test
    void knowsIdsNamesAndTypesByHeart() {
        assertElement(1, "octetDeltaCount", DataType.UNSIGNED64);
        assertElement(4, "protocolIdentifier", DataType.UNSIGNED8);
        assertElement(6, "tcpControlBits", DataType.UNSIGNED16);
        assertElement(10, "ingressInterface", DataType.UNSIGNED32);
        assertElement(22, "flowStartSysUpTime", DataType.UNSIGNED32);
        assertElement(27, "sourceIPv6Address", DataType.IPV6_ADDRESS);
        assertElement(56, "sourceMacAddress", DataType.MAC_ADDRESS);
        assertElement(82, "interfaceName", DataType.STRING);
        assertElement(136, "flowEndReason", DataType.UNSIGNED8);
        assertElement(148, "flowId", DataType.UNSIGNED64);
        assertElement(150, "flowStartSeconds", DataType.DATE_TIME_SECONDS);
        assertElement(152, "flowStartMilliseconds", DataType.DATE_TIME_MILLISECONDS);
        assertElement(154, "flowStartMicroseconds", DataType.DATE_TIME_MICROSECONDS);
        assertElement(156, "flowStartNanoseconds", DataType.DATE_TIME_NANOSECONDS);
        assertElement(225, "postNATSourceIPv4Address", DataType.IPV4_ADDRESS);
        assertElement(228, "postNAPTDestinationTransportPort", DataType.UNSIGNED16);
        assertElement(230, "natEvent", DataType.UNSIGNED8);
        assertElement(276, "dataRecordsReliability", DataType.BOOLEAN);
        assertElement(282, "postNATDestinationIPv6Address", DataType.IPV6_ADDRESS);
        assertElement(311, "samplingProbability", DataType.FLOAT64);
        assertElement(346, "privateEnterpriseNumber", DataType.UNSIGNED32);
        assertElement(434, "mibObjectValueInteger", DataType.SIGNED32);
        assertElement(466, "natQuotaExceededEvent", DataType.UNSIGNED32);
    }

    /** One of each RFC after 2020, and where the range ends. */
    @Test
    void knowsWhatIanaAddedAndChangedSince2020() {
        assertElement(89, "forwardingStatus", DataType.UNSIGNED32);
        assertElement(491, "bgpDestinationLargeCommunityList", DataType.BASIC_LIST);
        assertElement(494, "srhSegmentIPv6", DataType.IPV6_ADDRESS);
        assertElement(495, "srhActiveSegmentIPv6", DataType.IPV6_ADDRESS);
        assertElement(498, "srhSegmentsIPv6Left", DataType.UNSIGNED8);
        assertElement(502, "srhSegmentIPv6EndpointBehavior", DataType.UNSIGNED16);
        assertElement(507, "gtpuTEid", DataType.UNSIGNED32);
        assertElement(515, "ipv6ExtensionHeadersFull", DataType.UNSIGNED256);
        assertElement(517, "ipv6ExtensionHeadersLimit", DataType.BOOLEAN);
        assertElement(522, "tcpSharedOptionExID32", DataType.UNSIGNED32);
        assertElement(525, "udpSafeOptions", DataType.UNSIGNED256);
        assertElement(526, "udpUnsafeOptions", DataType.UNSIGNED64);
        assertElement(533, "pathDelaySumDeltaMicroseconds", DataType.UNSIGNED64);
        assertNull(IanaElements.byId(534));
    }

    @Test
    void findsNothingOutsideTheTable() {
        assertNull(IanaElements.byId(0));
        assertNull(IanaElements.byId(-1));
        assertNull(IanaElements.byId(33002));
        assertNull(IanaElements.byName("octetdeltacount"));
    }

    private static void assertElement(int id, String name, DataType type) {
        assertEquals(new InformationElement(0, id, name, type), IanaElements.byId(id));
    }
}
