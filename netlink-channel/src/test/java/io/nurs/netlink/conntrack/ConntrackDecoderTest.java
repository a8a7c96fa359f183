package io.nurs.netlink.conntrack;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.attributeHeader;
import static io.nurs.netlink.Messages.batch;
import static io.nurs.netlink.Messages.join;
import static io.nurs.netlink.Messages.message;
import static io.nurs.netlink.Messages.octets;
import static io.nurs.netlink.conntrack.ConntrackAttribute.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConntrackDecoderTest {
    private static final int NEW = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
    private static final byte[] AF_INET = octets(2, 0, 0, 0);
    private static final byte[] AF_INET6 = octets(10, 0, 0, 0);
    private static final int TCP = 6;

    private final NetlinkStats stats = new NetlinkStats();
    private final List<Object> read = new ArrayList<>();
    private Consumer<ConntrackMessage> check = entry -> {};
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new ConntrackDecoder(stats), new Reader());

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            if (object instanceof ConntrackMessage entry) {
                check.accept(entry);
                read.add(entry.snapshot());
            } else {
                read.add(object);
            }
        }
    }

    @AfterEach
    void nothingEscapes() {
        channel.checkException();
    }

    @Test
    void readsANewTcpEntry() {
        readCapture("new-tcp4", entry -> {
            assertEquals(ConntrackMessage.Kind.NEW, entry.kind());
            assertEquals(TCP_CONNTRACK_SYN_SENT, entry.tcpState());
            assertEquals(10, entry.tcpWindowScaleOriginal());
            assertEquals(0, entry.tcpWindowScaleReply());
            assertEquals(3, entry.tcpTrackerFlagsOriginal());
            assertFalse(entry.hasCounters());
            assertFalse(entry.hasStart());
            assertTrue(entry.hasEventTime());
            assertEquals(120, entry.timeoutSeconds());
            assertEquals(IPS_CONFIRMED | IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE, entry.status());
            assertFalse(entry.hasMaster());
            assertEquals(0, entry.causedBy());
        });
    }

    @Test
    void readsAnUpdate() {
        readCapture("update-tcp4", entry -> {
            assertEquals(ConntrackMessage.Kind.UPDATE, entry.kind());
            assertEquals(TCP_CONNTRACK_ESTABLISHED, entry.tcpState());
            assertFalse(entry.hasCounters());
            assertTrue((entry.status() & IPS_ASSURED) != 0);
        });
    }

    @Test
    void tellsIpv4AddressesAsNumbers() {
        readCapture("destroy-tcp4-nat", entry -> {
            assertEquals(0, entry.original().sourceHigh());
            assertEquals(0xc000_0202L, entry.original().sourceLow());
            assertEquals(0, entry.original().destinationHigh());
            assertEquals(0xc633_6402L, entry.original().destinationLow());
        });
    }

    @Test
    void tellsIpv6AddressesAsTwoNumbers() {
        readCapture("destroy-udp6", entry -> {
            assertEquals(0x2001_0db8_0001_0000L, entry.original().sourceHigh());
            assertEquals(2, entry.original().sourceLow());
            assertEquals(0x2001_0db8_0002_0000L, entry.original().destinationHigh());
            assertEquals(2, entry.original().destinationLow());
        });
    }

    @Test
    void readsTheEndOfATranslatedTcpEntry() {
        readCapture("destroy-tcp4-nat", entry -> {
            assertEquals(ConntrackMessage.Kind.DESTROY, entry.kind());
            assertTrue(entry.hasCounters());
            assertEquals(6, entry.originalPackets());
            assertEquals(1320, entry.originalBytes());
            assertEquals(4, entry.replyPackets());
            assertEquals(3216, entry.replyBytes());
            assertTrue(entry.hasTcpState());
            assertEquals(TCP_CONNTRACK_TIME_WAIT, entry.tcpState());
            assertTrue(entry.hasStart() && entry.hasStop() && entry.startNanos() < entry.stopNanos());
            assertTrue((entry.status() & IPS_SRC_NAT) != 0);
            // The port id of the process that deleted it.
            assertTrue(entry.causedBy() != 0);
        });
        ConntrackEntry entry = only();
        ConntrackTuple original = entry.original();
        assertEquals(address("192.0.2.2"), original.source());
        assertEquals(address("198.51.100.2"), original.destination());
        assertEquals(8080, original.destinationPort());
        assertEquals(
                ConntrackTuple.of(
                        address("198.51.100.2"),
                        address("198.51.100.1"),
                        TCP,
                        8080,
                        entry.reply().destinationPort()),
                entry.reply());
        assertTrue(entry.reply().destinationPort() >= 40000 && entry.reply().destinationPort() <= 40100);
    }

    @Test
    void tellsMissingCountersAndTimesFromZero() {
        readCapture("destroy-tcp4-uncounted", entry -> {
            assertFalse(entry.hasCounters());
            assertFalse(entry.hasStart());
            assertFalse(entry.hasStop());
            assertFalse(entry.hasEventTime());
            assertEquals(0, entry.originalBytes());
            assertEquals(0, entry.startNanos());
        });
        assertEquals(OptionalLong.empty(), only().originalBytes());
        assertEquals(OptionalLong.empty(), only().startNanos());
    }

    @Test
    void readsIpv6() {
        readCapture("destroy-udp6", entry -> {
            assertTrue(entry.original().isIpv6());
            assertTrue(entry.original().hasPorts());
            assertFalse(entry.hasTcpState());
            assertEquals(148, entry.originalBytes());
            assertEquals(0, entry.replyBytes());
            assertTrue(entry.hasCounters());
        });
        assertEquals(address("2001:db8:1::2"), only().original().source());
        assertEquals(address("2001:db8:2::2"), only().original().destination());
        assertEquals(53, only().original().destinationPort());
        assertEquals(OptionalLong.of(0), only().replyPackets());
    }

    @Test
    void readsIcmp() {
        readCapture("destroy-icmp4", entry -> assertFalse(entry.original().hasPorts()));
        ConntrackTuple original =
                new ConntrackTuple(address("192.0.2.2"), address("198.51.100.2"), 1, 0, 0, 0x1234, 8, 0);
        ConntrackTuple reply = new ConntrackTuple(address("198.51.100.2"), address("192.0.2.2"), 1, 0, 0, 0x1234, 0, 0);
        assertEquals(original, only().original());
        assertEquals(reply, only().reply());
    }

    @Test
    void readsIcmpv6() {
        readCapture("destroy-icmpv6", entry -> assertFalse(entry.original().hasPorts()));
        ConntrackTuple original =
                new ConntrackTuple(address("2001:db8:1::2"), address("2001:db8:2::2"), 58, 0, 0, 0x5678, 128, 0);
        ConntrackTuple reply =
                new ConntrackTuple(address("2001:db8:2::2"), address("2001:db8:1::2"), 58, 0, 0, 0x5678, 129, 0);
        assertEquals(original, only().original());
        assertEquals(reply, only().reply());
    }

    @Test
    void readsSctp() {
        readCapture("new-sctp4", entry -> {
            assertTrue(entry.hasSctpState());
            assertEquals(SCTP_CONNTRACK_ESTABLISHED, entry.sctpState());
            assertEquals(0x78563412, entry.sctpVerificationTagOriginal());
            assertEquals(0xf0debc9a, entry.sctpVerificationTagReply());
            assertTrue(entry.hasSynproxy());
            assertEquals(7, entry.mark());
            assertEquals(36412, entry.original().sourcePort());
        });
    }

    @Test
    void takesTheKeysOfGreForNoPorts() {
        readCapture("destroy-gre4", entry -> {
            assertEquals(47, entry.original().protocol());
            assertFalse(entry.original().hasPorts());
            assertEquals(0, entry.original().sourcePort());
            assertEquals(0, entry.reply().destinationPort());
        });
    }

    @Test
    void readsAProtocolWithoutPorts() {
        readCapture("destroy-protocol253", entry -> {
            assertEquals(253, entry.original().protocol());
            assertFalse(entry.original().hasPorts());
            assertEquals(0, entry.original().sourcePort());
            assertEquals(25, entry.originalBytes());
        });
    }

    @Test
    void readsADumpedEntryWithAllThatHangsOnIt() {
        readCapture("dumped-ftp4", entry -> {
            assertEquals(ConntrackMessage.Kind.DUMPED, entry.kind());
            assertEquals(0x1234, entry.mark());
            assertEquals(7, entry.zone());
            assertEquals("ftp", entry.helper());
            assertArrayEquals(octets(0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), entry.labels());
            assertEquals(2, entry.useCount());
            assertTrue(entry.hasStart());
            assertFalse(entry.hasStop());
            assertNull(entry.securityContext());
            assertNull(entry.helperInformation());
        });
    }

    @Test
    void readsTheConnectionThatExpectedThisOne() {
        readCapture("new-ftp4-data", entry -> {
            assertTrue(entry.hasMaster());
            assertEquals(21, entry.master().destinationPort());
            assertEquals(51210, entry.original().destinationPort());
            assertTrue((entry.status() & IPS_EXPECTED) != 0);
        });
    }

    @ParameterizedTest
    @FieldSource("io.nurs.netlink.conntrack.ConntrackCaptures#NAMES")
    void acceptsWhateverProcessCausedAnEvent(String name) {
        byte[] message = ConntrackCaptures.read(name);
        System.arraycopy(octets(0xde, 0xad, 0xbe, 0xef), 0, message, 12, 4);
        receive(message);
        assertEquals(1, read.size());
    }

    @ParameterizedTest
    @FieldSource("io.nurs.netlink.conntrack.ConntrackCaptures#NAMES")
    void skipsAttributesOfANewerKernel(String name) {
        byte[] message = ConntrackCaptures.read(name);
        receive(message);
        byte[] body = Arrays.copyOfRange(message, 16, message.length);
        int flags = message[6] | message[7] << 8;
        int type = message[4] | message[5] << 8;
        receive(message(type, flags, 0, 0, body, attribute(0x3ffe, octets(1, 2)), attribute(28, octets(9))));
        assertEquals(2, read.size());
        assertEquals(read.get(0), read.get(1));
    }

    @Test
    void countsMessagesOfOtherKinds() {
        receive(message(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS, 0, 0, 0, AF_INET));
        receive(message(2 << 8, 0, 0, 0, AF_INET, tuple4(CTA_TUPLE_ORIG), tuple4(CTA_TUPLE_REPLY)));
        receive(message(0x10, 0, 0, 0));
        assertEquals(List.of(), read);
        assertEquals(3, stats.unknownMessages());
        assertEquals(0, stats.malformedMessages());
    }

    @Test
    void passesOnWhatTheKernelSaysOfTheConversation() {
        channel.pipeline().fireChannelRead(new NetlinkControl.Overrun());
        assertEquals(List.of(new NetlinkControl.Overrun()), read);
    }

    @Test
    void takesTheFamilyFromTheTuples() {
        receive(message(NEW, 0, 0, 0, AF_INET6, tuple4(CTA_TUPLE_ORIG), tuple4(CTA_TUPLE_REPLY)));
        assertEquals(address("192.0.2.1"), only().original().source());
    }

    @Test
    void dropsAnEntryWhoseDirectionsAreOfTwoFamilies() {
        refuses(AF_INET, tuple4(CTA_TUPLE_ORIG), tuple6(CTA_TUPLE_REPLY));
        refuses(AF_INET, tuple6(CTA_TUPLE_ORIG), tuple4(CTA_TUPLE_REPLY));
    }

    @Test
    void dropsAnEntryThatLacksPartOfATuple() {
        byte[] source = attribute(CTA_IP_V4_SRC, octets(192, 0, 2, 1));
        byte[] protocol = attribute(CTA_TUPLE_PROTO, attribute(CTA_PROTO_NUM, octets(TCP)));
        refuses();
        refuses(AF_INET);
        refuses(AF_INET, tuple4(CTA_TUPLE_ORIG));
        refuses(AF_INET, tuple4(CTA_TUPLE_REPLY));
        refuses(AF_INET, tuple4(CTA_TUPLE_ORIG), attribute(CTA_TUPLE_REPLY));
        refuses(AF_INET, tuple4(CTA_TUPLE_ORIG), attribute(CTA_TUPLE_REPLY, protocol));
        refuses(AF_INET, tuple4(CTA_TUPLE_ORIG), attribute(CTA_TUPLE_REPLY, attribute(CTA_TUPLE_IP, source), protocol));
    }

    @Test
    void dropsAnEntryWithAnAttributeThatIsTooShort() {
        byte[][] tuples = {AF_INET, tuple4(CTA_TUPLE_ORIG), tuple4(CTA_TUPLE_REPLY)};
        refuses(join(tuples), attribute(CTA_MARK, octets(0, 0, 0)));
        refuses(join(tuples), attribute(CTA_ZONE, octets(0)));
        refuses(join(tuples), attribute(CTA_LABELS));
        refuses(join(tuples), attribute(CTA_TIMESTAMP, attribute(CTA_TIMESTAMP_START, octets(0, 0, 0, 0))));
        refuses(join(tuples), attribute(CTA_COUNTERS_ORIG, attribute(CTA_COUNTERS_BYTES, octets(0, 0, 0, 0, 0, 0, 0))));
        refuses(
                join(tuples),
                attribute(
                        CTA_PROTOINFO,
                        attribute(CTA_PROTOINFO_TCP, attribute(CTA_PROTOINFO_TCP_FLAGS_REPLY, octets(1)))));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 65535})
    void dropsAnEntryWithAnAttributeOfImpossibleLength(int length) {
        byte[][] tuples = {AF_INET, tuple4(CTA_TUPLE_ORIG), tuple4(CTA_TUPLE_REPLY)};
        refuses(join(tuples), attributeHeader(length, CTA_MARK), octets(0, 0, 0, 1));
        refuses(join(tuples), attribute(CTA_HELP, attributeHeader(length, CTA_HELP_NAME), octets('f', 't', 'p', 0)));
    }

    @Test
    void survivesANestingBomb() {
        byte[] nest = tuple4(CTA_TUPLE_ORIG);
        while (nest.length < 65000) {
            nest = attribute(CTA_TUPLE_ORIG | 0x8000, nest);
        }
        receive(message(NEW, 0, 0, 0, AF_INET, nest, tuple4(CTA_TUPLE_ORIG), tuple4(CTA_TUPLE_REPLY)));
        assertEquals(address("192.0.2.1"), only().original().source());
    }

    @Test
    void endsAStringWithoutNulWithItsAttribute() {
        check = entry -> assertEquals("ftp", entry.helper());
        receive(message(
                NEW,
                0,
                0,
                0,
                AF_INET,
                tuple4(CTA_TUPLE_ORIG),
                tuple4(CTA_TUPLE_REPLY),
                attribute(CTA_HELP, attribute(CTA_HELP_NAME, octets('f', 't', 'p')))));
        assertEquals(1, read.size());
    }

    private static byte[] tuple4(int type) {
        return tuple(type, CTA_IP_V4_SRC, CTA_IP_V4_DST, octets(192, 0, 2, 1));
    }

    private static byte[] tuple6(int type) {
        return tuple(type, CTA_IP_V6_SRC, CTA_IP_V6_DST, new byte[16]);
    }

    private static byte[] tuple(int type, int source, int destination, byte[] address) {
        return attribute(
                type,
                attribute(CTA_TUPLE_IP, attribute(source, address), attribute(destination, address)),
                attribute(CTA_TUPLE_PROTO, attribute(CTA_PROTO_NUM, octets(TCP))));
    }

    private void refuses(byte[]... body) {
        long before = stats.malformedMessages();
        receive(message(NEW, 0, 0, 0, body));
        assertEquals(List.of(), read);
        assertEquals(before + 1, stats.malformedMessages());
    }

    private void readCapture(String name, Consumer<ConntrackMessage> expected) {
        check = expected;
        receive(ConntrackCaptures.read(name));
        channel.checkException();
        assertEquals(1, read.size());
        assertEquals(0, stats.malformedMessages());
    }

    private void receive(byte[] message) {
        channel.pipeline().fireChannelRead(batch(message));
    }

    private ConntrackEntry only() {
        assertEquals(1, read.size());
        return (ConntrackEntry) read.get(0);
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
