package io.nurs.appliance.collect.rules;

import static io.nurs.appliance.collect.Wire.ipfix;
import static io.nurs.appliance.collect.Wire.netflow9;
import static io.nurs.appliance.collect.Wire.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecoderLimits;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What collectors make of messages that are written here octet by octet, so that no default of ours changes them. */
class CollectorReadingTest {
    private static final InetSocketAddress EXPORTER = new InetSocketAddress("192.0.2.1", 40_000);

    /** octetDeltaCount and packetDeltaCount, then their reverse ones: RFC 5103. */
    private static final String BIFLOW = set(2, "0100 0004 0001 0004 0002 0004 8001 0004 00007279 8002 0004 00007279");

    private static final String BIFLOW_DATA = set(256, "000003e8 0000000a 00002328 00000014");

    /** octetDeltaCount and packetDeltaCount; two records of it. */
    private static final String UNIFLOW = set(2, "0100 0002 0001 0004 0002 0004");

    private static final String UNIFLOW_DATA = set(256, "000003e8 0000000a 00002328 00000014");

    /** And ingressInterface. */
    private static final String WITH_INTERFACE = set(2, "0100 0003 0001 0004 0002 0004 000a 0004");

    private static final String DATA_WITH_INTERFACE = set(256, "000003e8 0000000a 00000002");

    /** Options about the domain (149): samplingInterval. */
    private static final String INTERVAL = set(3, "012c 0002 0001 0095 0004 0022 0004");

    private static final String INTERVAL_OF_100 = set(300, "0000002a 00000064");
    private static final String INTERVAL_OF_1 = set(300, "0000002a 00000001");

    /** Options about the domain: samplingPacketInterval and samplingPacketSpace, RFC 5476. */
    private static final String PACKETS = set(3, "012d 0003 0001 0095 0004 0131 0004 0132 0004");

    private static final String PACKETS_1_OF_100 = set(301, "0000002a 00000001 00000063");

    private static Comparison as(KnownCollector collector, byte[]... messages) {
        CollectorReading reading = new CollectorReading(collector.rules(), DecoderLimits.DEFAULT);
        for (byte[] message : messages) {
            reading.message(EXPORTER, Unpooled.wrappedBuffer(message), true);
        }
        return reading.comparison();
    }

    private static List<Integer> notRead(Comparison comparison) {
        return comparison.fields().stream()
                .filter(FieldFate::isLost)
                .map(field -> field.element().id())
                .toList();
    }

    @Test
    void goflow2LosesTheReplyOfABiflow() {
        Comparison comparison = as(KnownCollector.GOFLOW2, ipfix(0, BIFLOW, BIFLOW_DATA));
        assertEquals(new Traffic(10_000, 30), comparison.sent());
        assertEquals(new Traffic(1_000, 10), comparison.kept());
        assertEquals(1, comparison.keptRecords());
        assertFalse(comparison.isExact());
        assertEquals(List.of(1, 2), notRead(comparison));
    }

    @Test
    void goflow2HasBothDirectionsInRecordsOfTheirOwn() {
        Comparison comparison = as(KnownCollector.GOFLOW2, ipfix(0, UNIFLOW, UNIFLOW_DATA));
        assertEquals(new Traffic(10_000, 30), comparison.kept());
        assertTrue(comparison.isExact());
    }

    @Test
    void goflow2TakesThePacketIntervalForTheRate() {
        Comparison comparison =
                as(KnownCollector.GOFLOW2, ipfix(0, UNIFLOW, PACKETS, PACKETS_1_OF_100), ipfix(1, UNIFLOW_DATA));
        assertEquals(new Traffic(1_000_000, 3_000), comparison.sent());
        assertEquals(new Traffic(10_000, 30), comparison.kept());
    }

    @Test
    void goflow2ReadsTheSamplingIntervalForTheWholeMessage() {
        Comparison comparison = as(KnownCollector.GOFLOW2, ipfix(0, UNIFLOW, UNIFLOW_DATA, INTERVAL, INTERVAL_OF_100));
        assertEquals(new Traffic(1_000_000, 3_000), comparison.kept());
        assertTrue(comparison.isExact());
    }

    @Test
    void goflow2LosesAMessageThatHasASetOfAnUnknownTemplate() {
        Comparison comparison =
                as(KnownCollector.GOFLOW2, ipfix(0, UNIFLOW), ipfix(0, UNIFLOW_DATA, set(999, "00000000")));
        assertEquals(Map.of(LossReason.UNKNOWN_TEMPLATE, 2L), comparison.lost());
        assertTrue(as(KnownCollector.NFDUMP, ipfix(0, UNIFLOW), ipfix(0, UNIFLOW_DATA, set(999, "00000000")))
                .isExact());
    }

    @Test
    void akvoradoDropsFlowsWithoutAnInterface() {
        Comparison comparison =
                as(KnownCollector.AKVORADO, ipfix(0, UNIFLOW, INTERVAL, INTERVAL_OF_1), ipfix(1, UNIFLOW_DATA));
        assertEquals(Map.of(LossReason.NO_INTERFACE, 2L), comparison.lost());
        assertEquals(Traffic.NONE, comparison.kept());
    }

    @Test
    void akvoradoDropsFlowsThatPrecedeTheRate() {
        Comparison comparison = as(
                KnownCollector.AKVORADO,
                ipfix(0, WITH_INTERFACE, DATA_WITH_INTERFACE, INTERVAL, INTERVAL_OF_1),
                ipfix(2, DATA_WITH_INTERFACE));
        assertEquals(Map.of(LossReason.NO_RATE, 1L), comparison.lost());
        assertEquals(2, comparison.sentRecords());
        assertEquals(new Traffic(1_000, 10), comparison.kept());
    }

    @Test
    void akvoradoWorksTheRateOutOfIntervalAndSpace() {
        Comparison comparison =
                as(KnownCollector.AKVORADO, ipfix(0, WITH_INTERFACE, PACKETS, PACKETS_1_OF_100, DATA_WITH_INTERFACE));
        assertEquals(new Traffic(100_000, 1_000), comparison.kept());
        assertTrue(comparison.isExact());
    }

    @Test
    void akvoradoKnowsNoRateOfAnotherSampler() {
        String selector = set(3, "012c 0003 0001 0095 0004 012e 0004 0022 0004");
        String flows = set(2, "0100 0004 0001 0004 0002 0004 000a 0004 012e 0004");
        String unmarked = set(2, "0101 0003 0001 0004 0002 0004 000a 0004");
        Comparison comparison = as(
                KnownCollector.AKVORADO,
                ipfix(0, flows, unmarked, selector, set(300, "0000002a 00000001 00000064")),
                ipfix(1, set(256, "000003e8 0000000a 00000002 00000001"), set(257, "000003e8 0000000a 00000002")));
        assertEquals(Map.of(LossReason.NO_RATE, 1L), comparison.lost());
        assertEquals(new Traffic(100_000, 1_000), comparison.kept());
    }

    @Test
    void aSelectorInTheScopeIsOverlookedSoThatItsRateIsTheDomains() {
        String selector = set(3, "012c 0002 0001 012e 0004 0022 0004");
        Comparison comparison = as(
                KnownCollector.AKVORADO,
                ipfix(0, WITH_INTERFACE, selector, set(300, "00000001 00000064"), DATA_WITH_INTERFACE));
        assertEquals(new Traffic(100_000, 1_000), comparison.kept());
    }

    @Test
    void akvoradoReadsBothDirectionsOfABiflow() {
        String template = set(2, "0100 0005 0001 0004 0002 0004 000a 0004 8001 0004 00007279 8002 0004 00007279");
        Comparison comparison = as(
                KnownCollector.AKVORADO,
                ipfix(0, template, INTERVAL, INTERVAL_OF_1, set(256, "000003e8 0000000a 00000002 00002328 00000014")));
        assertEquals(new Traffic(10_000, 30), comparison.kept());
    }

    @Test
    void akvoradoTakesTheFirstOfInitiatorsAndRespondersOctets() {
        // In version 9: octetDeltaCount, ingressInterface, initiatorOctets, responderOctets; an interval about the
        // system.
        String templates = set(0, "0100 0004 0001 0004 000a 0004 00e7 0004 00e8 0004");
        String options = set(1, "012c 0004 0004 0001 0004 0022 0004");
        Comparison comparison = as(
                KnownCollector.AKVORADO,
                netflow9(
                        4,
                        0,
                        templates,
                        options,
                        set(300, "00000001 00000001"),
                        set(256, "000003e8 00000002 000003e8 00002328")));
        assertEquals(10_000, comparison.sent().bytes());
        assertEquals(1_000, comparison.kept().bytes());
    }

    @Test
    void logstashLearnsNoTemplateWithAnUnknownElement() {
        // 32473/8, the example number of RFC 5612.
        String template = set(2, "0100 0003 0001 0004 0002 0004 8008 0001 00007ed9");
        byte[] message = ipfix(0, template, set(256, "000003e8 0000000a 01"));
        Comparison comparison = as(KnownCollector.LOGSTASH, message);
        assertEquals(Set.of("template 256: an element that is not in the dictionary"), comparison.unlearnt());
        assertEquals(Map.of(LossReason.TEMPLATE, 1L), comparison.lost());
        assertEquals(List.of(1, 2, 8), notRead(comparison));
        assertTrue(as(KnownCollector.ELASTIC, message).isExact());
    }

    @Test
    void logstashLosesWhatFollowsATemplateWithAnElementTwice() {
        // observationTimeMilliseconds (323) twice, as options about the domain.
        String twice = set(3, "012d 0003 0001 0095 0004 0143 0008 0143 0008");
        byte[] behind = ipfix(0, twice, UNIFLOW, UNIFLOW_DATA);
        Comparison comparison = as(KnownCollector.LOGSTASH, behind, ipfix(2, UNIFLOW_DATA));
        assertEquals(Map.of(LossReason.MESSAGE, 2L, LossReason.TEMPLATE, 2L), comparison.lost());
        Comparison before = as(KnownCollector.LOGSTASH, ipfix(0, UNIFLOW, UNIFLOW_DATA, twice), ipfix(2, UNIFLOW_DATA));
        assertTrue(before.isExact());
    }

    @Test
    void logstashKnowsNetfiltersMarkAndConntrackIdAndNotItsPrefix() {
        // 21373/4 and 21373/6
        String known = set(2, "0100 0003 0001 0004 8004 0004 0000537d 8006 0004 0000537d");
        assertTrue(as(KnownCollector.LOGSTASH, ipfix(0, known, set(256, "000003e8 00000001 00000002")))
                .isExact());
        String prefix = set(2, "0100 0002 0001 0004 8003 ffff 0000537d");
        assertFalse(as(KnownCollector.LOGSTASH, ipfix(0, prefix, set(256, "000003e8 03 616263")))
                .isExact());
    }

    @Test
    void logstashKnowsTheReverseElements() {
        assertTrue(as(KnownCollector.LOGSTASH, ipfix(0, BIFLOW, BIFLOW_DATA)).isExact());
    }

    @Test
    void logstashKnowsNeitherVendorsIdsNorTheFlowsEndInVersion9() {
        // octetDeltaCount with 60136, and with flowEndMilliseconds (153)
        Comparison vendors = as(
                KnownCollector.LOGSTASH,
                netflow9(2, 0, set(0, "0100 0002 0001 0004 eae8 0001"), set(256, "000003e8 01")));
        assertEquals(Map.of(LossReason.TEMPLATE, 1L), vendors.lost());
        Comparison end = as(
                KnownCollector.LOGSTASH,
                netflow9(2, 0, set(0, "0100 0002 0001 0004 0099 0008"), set(256, "000003e8 0000000000000001")));
        assertEquals(Map.of(LossReason.TEMPLATE, 1L), end.lost());
        Comparison start = as(
                KnownCollector.LOGSTASH,
                netflow9(2, 0, set(0, "0100 0002 0001 0004 0098 0008"), set(256, "000003e8 0000000000000001")));
        assertTrue(start.isExact());
    }

    @Test
    void logstashCallsTwoIcmpElementsOfVersion9TheSame() {
        // icmpTypeCodeIPv4 (32) and icmpTypeIPv4 (176) are both icmp_type there.
        byte[] message =
                netflow9(2, 0, set(0, "0100 0003 0001 0004 0020 0002 00b0 0001"), set(256, "000003e8 0800 08"));
        assertEquals(
                Map.of(LossReason.MESSAGE, 1L),
                as(KnownCollector.LOGSTASH, message).lost());
    }

    @Test
    void elasticDoesNotMultiplyByTheRate() {
        Comparison comparison = as(KnownCollector.ELASTIC, ipfix(0, UNIFLOW, INTERVAL, INTERVAL_OF_100, UNIFLOW_DATA));
        assertEquals(new Traffic(1_000_000, 3_000), comparison.sent());
        assertEquals(new Traffic(10_000, 30), comparison.kept());
    }

    @Test
    void nfdumpAndElasticReadTheReverseElementsAndPmacctAndFastnetmonDoNot() {
        byte[] message = ipfix(0, BIFLOW, BIFLOW_DATA);
        assertTrue(as(KnownCollector.NFDUMP, message).isExact());
        assertTrue(as(KnownCollector.ELASTIC, message).isExact());
        assertEquals(new Traffic(1_000, 10), as(KnownCollector.PMACCT, message).kept());
        assertEquals(
                new Traffic(1_000, 10), as(KnownCollector.FASTNETMON, message).kept());
        assertEquals(new Traffic(1_000, 10), as(KnownCollector.NTOPNG, message).kept());
        assertEquals(new Traffic(1_000, 10), as(KnownCollector.GENERIC, message).kept());
    }

    @Test
    void theOpenTelemetryReceiverHasNoInterface() {
        Comparison comparison = as(KnownCollector.OTEL, ipfix(0, WITH_INTERFACE, DATA_WITH_INTERFACE));
        assertTrue(comparison.isExact());
        assertEquals(List.of(10), notRead(comparison));
        assertEquals(List.of(), notRead(as(KnownCollector.GOFLOW2, ipfix(0, WITH_INTERFACE, DATA_WITH_INTERFACE))));
    }

    @Test
    void eachPresetNeitherLosesNorDoublesPlainFlowsWithInterfaceAndRate() {
        for (KnownCollector collector : KnownCollector.values()) {
            Comparison comparison = as(
                    collector,
                    ipfix(0, WITH_INTERFACE, INTERVAL, INTERVAL_OF_1),
                    ipfix(1, DATA_WITH_INTERFACE),
                    ipfix(2, DATA_WITH_INTERFACE));
            assertTrue(comparison.isExact(), collector::toString);
            assertEquals(new Traffic(2_000, 20), comparison.kept(), collector::toString);
        }
    }

    @Test
    void aBrokenSetEndsTheReadingOfItsMessageOnly() {
        // A set of 65535 octets behind a whole one.
        byte[] broken = ipfix(0, UNIFLOW, UNIFLOW_DATA, "0100ffff");
        Comparison comparison = as(KnownCollector.NFDUMP, broken, ipfix(2, UNIFLOW_DATA));
        assertEquals(4, comparison.keptRecords());
        assertTrue(comparison.isExact());
    }
}
