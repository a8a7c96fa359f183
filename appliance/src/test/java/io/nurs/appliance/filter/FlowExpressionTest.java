package io.nurs.appliance.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.MatchConfig;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowExpressionTest {
    private static final int TCP = 6;
    private static final int GRE = 47;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    /** 10.0.0.5:40000 asks 203.0.113.2:80, which is translated to 192.0.2.9:8080, as 198.51.100.1:61000. */
    private static EntryMessage translated() {
        return web().tuples(
                        tuple(TCP, "10.0.0.5", 40000, "203.0.113.2", 80),
                        tuple(TCP, "192.0.2.9", 8080, "198.51.100.1", 61000));
    }

    private static EntryMessage web() {
        return between("198.51.100.2", 40000, "203.0.113.2", 443);
    }

    private static EntryMessage web6() {
        return between("2001:db8:1::2", 40000, "2001:db8:2::2", 443);
    }

    private static EntryMessage between(String source, int sourcePort, String destination, int destinationPort) {
        ConntrackTuple tuple = tuple(TCP, source, sourcePort, destination, destinationPort);
        return flow(tuple);
    }

    private static EntryMessage flow(ConntrackTuple tuple) {
        return EntryMessage.destroy().tuples(tuple, tuple.reversed()).counters(3, 300, 2, 1000);
    }

    private static ConntrackTuple tuple(int protocol, String source, int sourcePort, String to, int destinationPort) {
        return ConntrackTuple.of(
                InetAddress.ofLiteral(source), InetAddress.ofLiteral(to), protocol, sourcePort, destinationPort);
    }

    private static EntryMessage ping(int protocol, String source, String destination, int type, int code) {
        return flow(new ConntrackTuple(
                InetAddress.ofLiteral(source), InetAddress.ofLiteral(destination), protocol, 0, 0, 77, type, code));
    }

    private static void with(EntryMessage message, Consumer<ConntrackFlow> reader) {
        List<Object> read = new ArrayList<>();
        new EmbeddedSource(ConntrackSourceConfig.defaults("flows"), InstantSource.system(), flow -> {
                    reader.accept(flow);
                    read.add(flow);
                })
                .read(message);
        assertEquals(1, read.size(), "flows read");
    }

    private static void assertMatches(EntryMessage message, String... expressions) {
        with(message, flow -> {
            for (String expression : expressions) {
                assertTrue(FlowExpression.parse(expression).matches(flow), expression);
            }
        });
    }

    private static void assertRejects(EntryMessage message, String... expressions) {
        with(message, flow -> {
            for (String expression : expressions) {
                assertFalse(FlowExpression.parse(expression).matches(flow), expression);
            }
        });
    }

    @Test
    void knowsProtocolsByNameAndNumber() {
        assertMatches(
                web(),
                "protocol == tcp",
                "protocolIdentifier == 6",
                "protocol != udp",
                "protocol in [udp, tcp]",
                "not protocol == 17");
        assertRejects(web(), "protocol == udp", "protocol in [gre, sctp, 17]", "protocol not in [tcp]");
        assertMatches(flow(tuple(GRE, "192.0.2.1", 0, "192.0.2.2", 0)), "protocol == gre");
        // Numbers of two protocols, whatever the names.
        assertRejects(ping(ICMPV6, "2001:db8::1", "2001:db8::2", 128, 0), "protocol == icmp");
        assertMatches(ping(ICMPV6, "2001:db8::1", "2001:db8::2", 128, 0), "protocol == icmp6", "protocol == icmpv6");
    }

    @Test
    void andBindsMoreThanOrAndNotMoreThanAnd() {
        assertMatches(web(), "protocol == tcp or protocol == udp and port == 1");
        assertRejects(web(), "(protocol == tcp or protocol == udp) and port == 1");
        assertMatches(web(), "not protocol == udp and protocol == tcp", "not (protocol == udp and port == 443)");
        assertRejects(web(), "not protocol == tcp or port == 1", "! protocol == tcp || port == 1");
        assertMatches(web(), "protocol==tcp&&port==443", "!(protocol==udp)||port==1", "not not port == 443");
        assertMatches(web(), "protocol == tcp and port == 443 and sourceTransportPort == 40000 and ipVersion == 4");
        assertRejects(web(), "protocol == tcp and port == 443 and sourceTransportPort == 40001 and ipVersion == 4");
    }

    @Test
    void seesTheConversationAsItsOriginatorDoes() {
        // So that the answer's record, which comes from port 443, is taken along.
        assertMatches(web(), "destinationTransportPort == 443", "sourceAddress == 198.51.100.2");
        assertRejects(web(), "sourceTransportPort == 443", "destinationAddress == 198.51.100.2");
        assertMatches(web(), "port == 443", "port == 40000", "address == 198.51.100.2", "address == 203.0.113.2");
    }

    @Test
    void comparesPorts() {
        assertMatches(
                web(),
                "destinationTransportPort < 444",
                "destinationTransportPort <= 443",
                "destinationTransportPort > 442",
                "destinationTransportPort >= 443",
                "destinationTransportPort in 443",
                "destinationTransportPort in 400-443",
                "destinationTransportPort in [22, 443-500, 8000-8999, 23]",
                "sourceTransportPort in 1024-65535",
                "destinationTransportPort in 0x1bb");
        assertRejects(
                web(),
                "destinationTransportPort < 443",
                "destinationTransportPort <= 442",
                "destinationTransportPort > 443",
                "destinationTransportPort >= 444",
                "destinationTransportPort in 444-65535",
                "destinationTransportPort in [22, 440-442, 444, 1-21]",
                "destinationTransportPort not in [80, 443]");
    }

    @Test
    void unequalIsNeitherOfTwo() {
        assertRejects(web(), "port != 443", "port != 40000", "address != 203.0.113.2", "address not in 203.0.113.0/24");
        assertMatches(web(), "port != 80", "address != 203.0.113.3");
    }

    @Test
    void whatAFlowLacksIsEqualToNothing() {
        EntryMessage ping = ping(ICMP, "192.0.2.1", "192.0.2.2", 8, 0);
        assertRejects(
                ping,
                "port == 0",
                "destinationTransportPort < 65535",
                "destinationTransportPort in 0-65535",
                "port in [0-1, 5-65535]",
                "sourceIPv6Address in ::/0",
                "icmpTypeIPv6 == 8");
        assertMatches(ping, "port != 53", "destinationTransportPort != 0", "destinationTransportPort not in 0-65535");
        assertRejects(web(), "icmpTypeIPv4 == 0", "icmpCodeIPv4 <= 255");
        // GRE's keys are where others have ports.
        assertRejects(flow(tuple(GRE, "192.0.2.1", 5, "192.0.2.2", 6)), "port in 0-65535");
    }

    @Test
    void knowsTypeAndCodeOfEitherIcmp() {
        assertMatches(ping(ICMP, "192.0.2.1", "192.0.2.2", 8, 3), "icmpTypeIPv4 == 8 and icmpCodeIPv4 == 3");
        assertMatches(ping(ICMPV6, "2001:db8::1", "2001:db8::2", 128, 4), "icmpTypeIPv6 == 128 and icmpCodeIPv6 == 4");
        assertRejects(ping(ICMPV6, "2001:db8::1", "2001:db8::2", 8, 0), "icmpTypeIPv4 == 8");
    }

    @Test
    void prefixesAreOfTheirFamily() {
        assertMatches(
                web(),
                "sourceIPv4Address in 198.51.100.0/24",
                "sourceAddress in 0.0.0.0/0",
                "sourceAddress in 128.0.0.0/1",
                "sourceAddress in 198.51.100.2/32",
                "address in [10.0.0.0/8, 2001:db8::/32, 203.0.113.0/30]",
                "sourceAddress in 198.51.100.2");
        assertRejects(
                web(),
                "sourceAddress in 198.51.100.3/32",
                "sourceAddress in 198.51.101.0/24",
                "sourceAddress in ::/0",
                "sourceAddress in ::ffff:0:0/96",
                "sourceAddress in 0.0.0.0/1",
                "address in [10.0.0.0/8, 2001:db8::/32]");
        assertMatches(
                web6(),
                "sourceIPv6Address == 2001:db8:1::2",
                "sourceIPv6Address == 2001:0DB8:1:0:0:0:0:2",
                "sourceAddress in 2001:db8:1::/48",
                "sourceAddress in 2001:db8:1::/64",
                "sourceAddress in 2001:db8:1::/65",
                "sourceAddress in 2001:db8:1::2/127",
                "sourceAddress in ::/0",
                "address in [10.0.0.0/8, 2001:db8:2::/48]");
        assertRejects(
                web6(),
                "sourceAddress == 2001:db8:1::3",
                "sourceAddress in 2001:db8:2::/48",
                "sourceAddress in 2001:db8:1::4/126",
                "sourceAddress in 0.0.0.0/0",
                "sourceIPv4Address in 0.0.0.0/0");
    }

    @Test
    void aMappedAddressIsNoIpv4Address() {
        assertRejects(web(), "sourceAddress == ::ffff:198.51.100.2", "sourceAddress == ::198.51.100.2");
        // Four octets of an IPv6 address that are an IPv4 one's.
        assertRejects(between("::c633:6402", 1, "::1", 2), "sourceAddress == 198.51.100.2");
        assertMatches(between("::c633:6402", 1, "::1", 2), "sourceAddress == ::198.51.100.2");
    }

    @Test
    void knowsTheAddressesBehindNat() {
        assertMatches(
                translated(),
                "sourceAddress == 10.0.0.5 and destinationAddress == 203.0.113.2",
                "postNATSourceIPv4Address == 198.51.100.1",
                "postNATSourceAddress == 198.51.100.1",
                "postNATDestinationIPv4Address == 192.0.2.9",
                "postNATDestinationAddress in 192.0.2.0/24",
                "postNAPTSourceTransportPort == 61000",
                "postNAPTDestinationTransportPort == 8080",
                "port != 8080");
        assertMatches(web(), "postNATSourceAddress == 198.51.100.2 and postNAPTDestinationTransportPort == 443");
        assertMatches(
                web6(), "postNATSourceIPv6Address == 2001:db8:1::2", "postNATDestinationAddress == 2001:db8:2::2");
    }

    @Test
    void comparesMarksWithAndWithoutMask() {
        assertMatches(
                web().mark(0x1234),
                "mark == 0x1234",
                "mark & 0xff00 == 0x1200",
                "mark & 0xff00 != 0",
                "mark & 0xff00 in [0x1100, 0x1200]",
                "mark & 0xff > 0x33",
                "mark != 0");
        assertRejects(web().mark(0x1234), "mark == 0x1200", "mark & 0xff00 == 0x1300", "mark & 0xf == 0");
        assertMatches(web().mark(0xffff_fffe), "mark == 0xfffffffe", "mark > 0xfffffff0", "mark & 0x80000000 != 0");
    }

    @Test
    void knowsZonesCountersAndReasons() {
        assertMatches(web().zone(7), "zone == 7", "zone in 1-9");
        assertMatches(web(), "zone == 0");
        // Both directions together: 300 and 1000 octets, 3 and 2 packets.
        assertMatches(web(), "octetDeltaCount == 1300", "packetDeltaCount == 5", "octetDeltaCount > 1299");
        assertRejects(web(), "octetDeltaCount < 1300", "packetDeltaCount > 5", "packetDeltaCount == 3");
        assertMatches(
                web().timeoutSeconds(0), "flowEndReason == idleTimeout", "flowEndReason == 1", "flowEndReason < 2");
        assertMatches(web6(), "ipVersion == 6");
        assertMatches(
                web().startMillis(1_700_000_000_000L).stopMillis(1_700_000_005_000L),
                "flowDurationMilliseconds <= 5000",
                "flowDurationMilliseconds != 5001");
    }

    @Test
    void asksWhatAnEarlierFilterHasAdded() {
        FlowFilter marks = FlowFilter.of(
                new MarkInterfacesConfig(MarkField.parse("0xf00 >> 8"), MarkField.parse("0xf0 >> 4"), 1, false));
        FlowFilter match = FlowFilter.of(new MatchConfig(
                FlowExpression.parse("ingressInterface == 3 and egressInterface == 2 and flowDirection == egress")));
        with(web().mark(0x321), flow -> assertTrue(marks.pass(flow) && match.pass(flow)));
        with(web().mark(0x320), flow -> assertTrue(marks.pass(flow) && !match.pass(flow)));
        with(web().mark(0x321), flow -> assertFalse(match.pass(flow)));
    }

    @Test
    void aThousandPrefixesAndPortsAreOneList() {
        List<String> prefixes = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            prefixes.add("10." + i / 250 + "." + i % 250 + ".0/25");
            ports.add(Integer.toString(10_000 + 2 * i));
        }
        String expression = "sourceAddress in " + prefixes + " and sourceTransportPort in " + ports;
        assertMatches(between("10.2.7.127", 10_500, "192.0.2.1", 80), expression);
        assertRejects(between("10.2.7.128", 10_500, "192.0.2.1", 80), expression);
        assertRejects(between("10.2.7.127", 10_501, "192.0.2.1", 80), expression);
    }

    @Test
    void sortsAndJoinsRanges() {
        NumberSet set = new NumberSet(List.of(
                new NumberRange(20, 30), new NumberRange(5, 9), new NumberRange(10, 10), new NumberRange(25, 27)));
        List<Long> inside = new ArrayList<>();
        for (long number = -1; number < 40; number++) {
            if (set.contains(number)) {
                inside.add(number);
            }
        }
        assertEquals(List.of(5L, 6L, 7L, 8L, 9L, 10L, 20L, 21L, 22L, 23L, 24L, 25L, 26L, 27L, 28L, 29L, 30L), inside);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void askingAllocatesNothing(boolean ipv6) {
        FlowExpression expression = FlowExpression.parse("""
                not (protocol == udp and port in [53, 123, 5000-6000])
                and (sourceAddress in [10.0.0.0/8, 198.51.100.0/24, 2001:db8:1::/48] or postNATSourceAddress == 192.0.2.1)
                and mark & 0xff == 0x12 and zone == 3 and octetDeltaCount > 100 and icmpTypeIPv4 != 8
                """);
        with((ipv6 ? web6() : web()).mark(0x12).zone(3), flow -> {
            assertTrue(expression.matches(flow));
            // Measuring itself may cost a little more than asking.
            assertEquals(0, Math.max(0, allocated(expression, flow)));
        });
    }

    private static long allocated(FlowExpression expression, ConntrackFlow flow) {
        try {
            return AllocatedBytes.leastOf(50, () -> {
                for (int i = 0; i < 10_000; i++) {
                    assertTrue(expression.matches(flow));
                }
            });
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @Test
    void twoThatAreWrittenAlikeAreEqual() {
        assertEquals(FlowExpression.parse("port == 1"), FlowExpression.parse(" port == 1\n"));
        assertEquals("port == 1", FlowExpression.parse(" port == 1 ").toString());
        assertFalse(FlowExpression.parse("port == 1").equals(FlowExpression.parse("port == 2")));
    }

    @Test
    void tellsWhetherItNeedsInterfaces() {
        assertTrue(FlowExpression.parse("port == 1 or not egressInterface == 2").readsMarkInterfaces());
        assertFalse(FlowExpression.parse("port == 1 or mark == 2").readsMarkInterfaces());
    }
}
