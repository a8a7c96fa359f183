package io.nurs.appliance.collect;

import static io.nurs.appliance.collect.ComplaintKind.*;
import static io.nurs.appliance.collect.Wire.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InspectorTest {
    private static final long NOW = EXPORT_SECONDS * 1000;

    /** flowStartMilliseconds and flowEndMilliseconds. */
    private static final String TIMES = set(2, "0100 0002 0098 0008 0099 0008");

    /** Uptimes of start (22) and end (21), and the start in milliseconds. */
    private static final String UPTIMES = "0100 0003 0016 0004 0015 0004 0098 0008";

    private final Recorded recorded = new Recorded();

    private List<ComplaintKind> kinds(byte[]... datagrams) {
        return recorded.datagrams(datagrams).kinds();
    }

    private void assertComplains(ComplaintKind kind, String what) {
        assertEquals(List.of(kind), recorded.kinds());
        String text = recorded.complaints().getFirst().toString();
        assertTrue(text.contains(what), text);
    }

    @Test
    void aGoodExporterIsLeftInPeace() {
        assertEquals(List.of(), kinds(ipfix(0, TEMPLATE10, DATA), ipfix(1, DATA), netflow9(2, 0, TEMPLATE9, DATA)));
        assertEquals(3, recorded.records().size());
        recorded.inspector.end();
        assertEquals(0, recorded.inspector.tally().complaints());
        assertEquals(3, recorded.inspector.tally().messages());
    }

    @Test
    void saysWhoDidWhatAgainstWhichRule() {
        kinds(ipfix(0, TEMPLATE10, DATA), ipfix(4, DATA));
        recorded.inspector.end();
        assertEquals(
                "sequence: 192.0.2.1:40000, domain 42: expected 1, and 4 came: 3 data records are missing (RFC 7011 §3.1)",
                recorded.complaints().getFirst().toString());
        assertTrue(recorded.inspector
                .tally()
                .lines()
                .contains("lost by sequence: 0 packets of NetFlow v9, 3 records of IPFIX"));
    }

    @Test
    void aSequenceThatGoesBackHasLostNothing() {
        kinds(ipfix(7, TEMPLATE10, DATA), ipfix(0, DATA));
        assertComplains(SEQUENCE, "doubled or out of order");
        assertTrue(recorded.inspector
                .tally()
                .lines()
                .contains("lost by sequence: 0 packets of NetFlow v9, 0 records of IPFIX"));
    }

    @Test
    void everyAnomalyOfTheDecodersIsAComplaint() {
        assertEquals(List.of(UNKNOWN_TEMPLATE), kinds(ipfix(0, DATA)));
        assertEquals(
                List.of(UNKNOWN_TEMPLATE, DATA_BEFORE_TEMPLATE),
                rest(ipfix(0, set(257, "01"), set(2, "0101 0001 0004 0001"))));
        assertEquals(List.of(MESSAGE_LENGTH), rest(hex("000a 0014 6553f13c 00000000 0000002a")));
        assertEquals(List.of(SET_LENGTH), rest(ipfix(0, "0100 0063")));
        assertEquals(List.of(RESERVED_SET), rest(ipfix(0, set(9, "00000000"))));
        assertEquals(List.of(SPLIT_SET), rest(ipfix(0, TEMPLATE10, DATA, DATA)));
        assertEquals(List.of(TEMPLATE_CHANGED), rest(ipfix(2, set(2, "0100 0001 0004 0001"))));
        assertEquals(List.of(FIELD_LENGTH), rest(ipfix(2, set(2, "0105 0001 0008 0005"))));
        assertEquals(List.of(ComplaintKind.TEMPLATE), rest(ipfix(2, set(2, "0005 0001 0008 0004"))));
        assertEquals(List.of(WITHDRAWAL), rest(ipfix(2, set(2, "0100 0000"))));
        assertEquals(List.of(RECORD), rest(ipfix(2, set(2, "0102 0001 0052 ffff"), set(258, "09 414200"))));
        assertEquals(List.of(PADDING), rest(ipfix(2, set(2, "0103 0001 0001 0008"), set(259, "00000000 00000001 01"))));
        assertEquals(List.of(TRUNCATED), rest(ipfix(3, "0100")));
        assertEquals(List.of(COUNT), rest(netflow9(7, 0, TEMPLATE9, DATA)));
        assertEquals(List.of(NOT_A_MESSAGE), rest(hex("0005 0001")));
    }

    /** Complaints that this datagram adds. */
    private List<ComplaintKind> rest(byte[] datagram) {
        int before = recorded.complaints().size();
        kinds(datagram);
        List<ComplaintKind> kinds = recorded.kinds();
        return kinds.subList(before, kinds.size());
    }

    @Test
    void aFieldHasTheLengthThatVersion9Gives() {
        // TCP_FLAGS in 2 octets: IANA's tcpControlBits has them, RFC 3954 has one.
        kinds(netflow9(1, 0, set(0, "0100 0002 0006 0002 0001 0008")));
        assertComplains(FIELD_LENGTH, "tcpControlBits(6): is sent in 2 octets, and version 9 has 1 (RFC 3954 §8)");
        assertEquals(List.of(), rest(ipfix(0, set(2, "0100 0001 0006 0002"))));
    }

    @Test
    void theSameTemplateIsComplainedOfOnce() {
        byte[] template = netflow9At(EXPORT_SECONDS, 60_000, 1, 0, set(0, "0100 0001 0006 0002"));
        byte[] again = netflow9At(EXPORT_SECONDS, 60_000, 1, 1, set(0, "0100 0001 0006 0002"));
        assertEquals(List.of(FIELD_LENGTH), kinds(template, again));
    }

    @Test
    void aBootThatMovesMovesFlows() {
        kinds(
                netflow9At(EXPORT_SECONDS, 60_000, 0, 0),
                netflow9At(EXPORT_SECONDS + 5, 65_003, 0, 1),
                netflow9At(EXPORT_SECONDS + 9, 69_400, 0, 2));
        assertComplains(BOOT, "move by 0.397 s");
    }

    @Test
    void aRebootIsNoWanderingClock() {
        assertEquals(
                List.of(),
                kinds(netflow9At(EXPORT_SECONDS, 600_000, 0, 0), netflow9At(EXPORT_SECONDS + 60, 5_000, 0, 1)));
    }

    @Test
    void uptimesNeedTheBootInIpfix() {
        String template = set(2, "0100 0002 0016 0004 0015 0004");
        kinds(ipfix(0, template, set(256, "00000001 00000002")));
        recorded.inspector.end();
        assertComplains(BOOT, "systemInitTimeMilliseconds(160)");

        Recorded told = new Recorded();
        String options = set(3, "012c 0002 0001 0095 0004 00a0 0008") + set(300, "0000002a" + millis(NOW - 60_000));
        told.datagrams(ipfix(0, options, template, set(256, "00002710 00004e20")));
        told.inspector.end();
        assertEquals(List.of(), told.kinds());
        assertEquals(Instant.ofEpochMilli(NOW - 50_000), told.times(1).bestStart());
        assertEquals(Instant.ofEpochMilli(NOW - 40_000), told.times(1).bestEnd());
    }

    @Test
    void aFlowDoesNotStartAfterItsEnd() {
        kinds(ipfix(0, TIMES, set(256, millis(NOW - 1000) + millis(NOW - 2000))));
        assertComplains(START_AFTER_END, "starts 1.000 s after its end");
    }

    /** The header has whole seconds, rounded down. */
    @Test
    void aFlowMayEndWithinTheSecondThatItsMessageIsSentIn() {
        assertEquals(List.of(), kinds(ipfix(0, TIMES, set(256, millis(NOW - 1000) + millis(NOW + 999)))));
        assertEquals(List.of(TIME), rest(ipfix(1, set(256, millis(NOW - 1000) + millis(NOW + 1001)))));
    }

    @Test
    void nobodyHasFlowsOf1970() {
        kinds(ipfix(0, TIMES, set(256, millis(60_000) + millis(NOW))));
        assertComplains(TIME, "1970-01-01T00:01:00Z");
    }

    @Test
    void norExportsThen() {
        kinds(ipfixAt(77, 0, TEMPLATE10, DATA));
        assertComplains(TIME, "header: the export time 1970-01-01T00:01:17Z");
    }

    @Test
    void noFlowStartsBeforeTheBootThatItsExporterTells() {
        String options = set(3, "012c 0002 0001 0095 0004 00a0 0008") + set(300, "0000002a" + millis(NOW - 60_000));
        kinds(ipfix(0, options, TIMES, set(256, millis(NOW - 90_000) + millis(NOW - 1000))));
        assertComplains(TIME, "starts 30.000 s before the exporter was booted");
    }

    @Test
    void bothTimesOfAFlowAreTheSame() {
        String template = set(0, UPTIMES);
        String right = set(256, "0000 c350 0000 ea60" + millis(BOOT_MILLIS + 50_000));
        String wrong = set(256, "0000 c350 0000 ea60" + millis(BOOT_MILLIS + 53_000));
        assertEquals(List.of(), kinds(netflow9(2, 0, template, right)));
        kinds(netflow9(1, 1, wrong));
        assertComplains(TIME, "by its field 22 and the boot");
    }

    @Test
    void uptimesWrapAfter49Days() {
        // The exporter's uptime has just wrapped, the flow began before.
        String flow = set(256, "ffff ffff 0000 03e8" + millis(NOW - 60_001));
        assertEquals(List.of(), kinds(netflow9(2, 0, set(0, UPTIMES), flow)));
        assertEquals(Instant.ofEpochMilli(NOW - 60_001), recorded.times(0).bestStart());
    }

    @Test
    void natEventDoesNotStandBesideCounters() {
        kinds(ipfix(0, set(2, "0100 0002 00e6 0001 0001 0008")));
        assertComplains(NAT_EVENT, "nfdump and pmacct");
        assertEquals(List.of(), rest(ipfix(0, set(2, "0101 0002 00e6 0001 0143 0008"))));
    }

    @Test
    void aReverseDirectionNeedsADirection() {
        kinds(ipfix(0, set(2, "0100 0002 0001 0008 8001 0008 00007279")));
        assertComplains(BIFLOW, "RFC 5103 §4");
    }

    @Test
    void aPortOfTcpAloneIsADirection() {
        assertEquals(List.of(), kinds(ipfix(0, set(2, "0100 0002 00b6 0002 8001 0008 00007279"))));
    }

    @Test
    void anOldGapThatIsFilledIsNoLossEither() {
        kinds(ipfix(0, TEMPLATE10, DATA), ipfix(4, DATA), ipfix(2, DATA), ipfix(5, DATA));
        recorded.inspector.end();
        assertComplains(SEQUENCE, "expected 1, and 4 came: 2 data records are missing, 1 came late");
        assertTrue(recorded.inspector
                .tally()
                .lines()
                .contains("lost by sequence: 0 packets of NetFlow v9, 2 records of IPFIX"));
    }

    @Test
    void aGapThatStaysIsComplainedOfWhileOthersCome() {
        kinds(netflow9(0, 0), netflow9(0, 2));
        assertEquals(List.of(), recorded.kinds());
        for (int sequence = 3; sequence < 25; sequence++) {
            kinds(netflow9(0, sequence));
        }
        assertComplains(SEQUENCE, "expected 1, and 2 came: 1 packets are missing");
        assertEquals(List.of(SEQUENCE), rest(netflow9(0, 1)), "what comes later is told too");
        assertTrue(recorded.inspector
                .tally()
                .lines()
                .contains("lost by sequence: 0 packets of NetFlow v9, 0 records of IPFIX"));
    }

    @Test
    void aGapIsComplainedOfASecondLaterIfOnlyOneMessageComes() {
        Instant now = Instant.ofEpochSecond(EXPORT_SECONDS);
        recorded.inspector.arrived(new Arrival(1, now));
        kinds(netflow9(0, 0), netflow9(0, 2));
        recorded.inspector.arrived(new Arrival(3, now.plusMillis(1001)));
        assertEquals(List.of(SEQUENCE), rest(netflow9(0, 3)));
        assertEquals(List.of(1L), recorded.packets(), "it is told with the packet that showed it");
    }

    @Test
    void aLengthThatOnlyIanaHasIsNotLaidToRfc3954() {
        kinds(netflow9(1, 0, set(0, "0100 0002 0098 0004 0001 0004")));
        assertComplains(FIELD_LENGTH, "(IANA's registry, RFC 7011 §6.1, §6.2)");
        assertEquals(List.of(), rest(netflow9(1, 1, set(0, "0101 0003 0033 0004 0036 0007 0019 0009"))));
    }

    @Test
    void templatesAreRepeatedOverUdp() {
        long later = EXPORT_SECONDS + Inspector.TEMPLATE_LIFETIME.toSeconds();
        assertEquals(List.of(), kinds(ipfix(0, TEMPLATE10, DATA), ipfixAt(later, 1, DATA)));
        kinds(ipfixAt(later + 1, 2, DATA));
        assertComplains(TEMPLATE_NOT_REPEATED, "template 256: has data, and was last sent 1801 s ago");
        assertEquals(List.of(), rest(ipfixAt(later + 2, 3, TEMPLATE10, DATA)));
    }

    /** Memory is bounded whoever sends: domains are easily made up. */
    @Test
    void remembersNoMoreExportersThanItMay() {
        for (int domain = 0; domain < 1000; domain++) {
            byte[] message = ipfix(0, TEMPLATE10, DATA);
            message[14] = (byte) (domain >> 8);
            message[15] = (byte) domain;
            recorded.datagrams(message);
        }
        assertEquals(recorded.inspector.limits().maxSenders(), recorded.inspector.exporters());
    }
}
