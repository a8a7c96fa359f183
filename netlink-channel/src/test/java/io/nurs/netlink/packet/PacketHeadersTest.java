package io.nurs.netlink.packet;

import static io.nurs.netlink.packet.PacketField.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.netlink.packet.PacketHeaders.Cut;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PacketHeadersTest {
    private static final int ETHERNET_BYTES = 14;

    private final PacketHeaders packet = new PacketHeaders();

    static List<String> names() {
        return PacketCaptures.NAMES;
    }

    @Test
    void readsTcpOverIpv4() {
        ethernet(PacketCaptures.read("tcp4-syn"));
        assertEquals(0x020000000002L, packet.value(ETHERNET_DESTINATION));
        assertEquals(0x020000000001L, packet.value(ETHERNET_SOURCE));
        assertFalse(packet.has(VLAN_ID));
        assertEquals(PacketHeaders.ETH_P_IP, packet.etherType());
        assertTrue(packet.isIpv4());
        assertFalse(packet.isIpv6());
        assertEquals(5, packet.value(IPV4_IHL));
        assertEquals(0, packet.ipv4OptionsLength());
        assertEquals(60, packet.value(IPV4_TOTAL_LENGTH));
        assertEquals(0xc9f9, packet.value(IPV4_IDENTIFICATION));
        assertEquals(1, packet.value(IPV4_DONT_FRAGMENT));
        assertEquals(64, packet.value(IPV4_TTL));
        assertEquals(0xc0000201L, packet.sourceLow());
        assertEquals(0xc0000202L, packet.destinationLow());
        assertEquals(PacketHeaders.TCP, packet.protocol());
        assertEquals(40003, packet.sourcePort());
        assertEquals(8081, packet.destinationPort());
        assertEquals(0xed050bc5L, packet.value(TCP_SEQUENCE));
        assertEquals(0, packet.value(TCP_ACKNOWLEDGEMENT));
        assertEquals(10, packet.value(TCP_DATA_OFFSET));
        assertEquals(2, packet.value(TCP_FLAGS));
        assertEquals(0xfaf0, packet.value(TCP_WINDOW));
        assertEquals(0x053f, packet.value(TCP_CHECKSUM));
        assertEquals(0, packet.payloadLength());
        assertEquals(Cut.NONE, packet.cut());
        assertFalse(packet.isFragment());
    }

    @Test
    void readsTcpOverIpv6() {
        ethernet(PacketCaptures.read("tcp6-data"));
        assertTrue(packet.isIpv6());
        assertEquals(0x20010db800000000L, packet.sourceHigh());
        assertEquals(1, packet.sourceLow());
        assertEquals(0x20010db800000000L, packet.destinationHigh());
        assertEquals(2, packet.destinationLow());
        assertEquals(8081, packet.destinationPort());
        assertEquals(0x18, packet.value(TCP_FLAGS));
        assertEquals(18, packet.payloadLength());
        assertTrue(packet.value(IPV6_FLOW_LABEL) > 0);
    }

    @Test
    void looksThroughOptionsOfIpv4() {
        ethernet(PacketCaptures.read("udp4-options"));
        assertEquals(12, packet.ipv4OptionsLength());
        assertEquals(53, packet.destinationPort());
        assertEquals(21, packet.value(UDP_LENGTH));
        assertEquals(13, packet.payloadLength());
    }

    @Test
    void looksThroughExtensionHeaders() {
        ethernet(PacketCaptures.read("udp6-options"));
        assertEquals(0, packet.value(IPV6_NEXT_HEADER));
        assertEquals(PacketHeaders.UDP, packet.protocol());
        assertTrue(packet.hasExtension(PacketHeaders.HOP_BY_HOP));
        assertTrue(packet.hasExtension(PacketHeaders.DESTINATION_OPTIONS));
        assertFalse(packet.hasExtension(PacketHeaders.ROUTING));
        assertEquals(40000, packet.sourcePort());
        assertEquals(13, packet.payloadLength());
        ethernet(PacketCaptures.read("udp6-routing"));
        assertTrue(packet.hasExtension(PacketHeaders.ROUTING));
        assertEquals(0, packet.value(IPV6_ROUTING_TYPE));
        assertEquals(0, packet.value(IPV6_SEGMENTS_LEFT));
        assertEquals(53, packet.destinationPort());
        ethernet(PacketCaptures.read("mld6"));
        assertEquals(143, packet.value(ICMPV6_TYPE));
        assertFalse(packet.has(ICMP_TYPE));
        assertFalse(packet.has(ICMP_ECHO_IDENTIFIER));
        ethernet(PacketCaptures.read("ah4-udp"));
        assertEquals(0x777, packet.value(AH_SPI));
        assertEquals(PacketHeaders.UDP, packet.protocol());
        assertEquals(53, packet.destinationPort());
    }

    @Test
    void findsPortsInTheFirstFragmentOnly() {
        ethernet(PacketCaptures.read("udp4-fragment1"));
        assertTrue(packet.isFragment());
        assertEquals(0, packet.fragmentOffset());
        assertEquals(53, packet.destinationPort());
        assertEquals(Cut.NONE, packet.cut());
        int first = packet.payloadLength() + 8;
        long identification = packet.value(IPV4_IDENTIFICATION);
        ethernet(PacketCaptures.read("udp4-fragment2"));
        assertTrue(packet.isFragment());
        assertEquals(identification, packet.value(IPV4_IDENTIFICATION));
        assertEquals(first, packet.fragmentOffset());
        assertEquals(PacketHeaders.UDP, packet.protocol());
        assertFalse(packet.hasPorts());
        assertEquals(-1, packet.transportOffset());
        assertEquals(1536 + 8 - first, packet.payloadLength());
    }

    @Test
    void findsPortsInTheFirstFragmentOfIpv6Only() {
        ethernet(PacketCaptures.read("udp6-fragment1"));
        assertTrue(packet.isFragment());
        assertEquals(53, packet.destinationPort());
        int first = packet.payloadLength() + 8;
        long identification = packet.value(IPV6_FRAGMENT_IDENTIFICATION);
        ethernet(PacketCaptures.read("udp6-fragment2"));
        assertTrue(packet.isFragment());
        assertEquals(identification, packet.value(IPV6_FRAGMENT_IDENTIFICATION));
        assertEquals(first, packet.fragmentOffset());
        assertEquals(0, packet.value(IPV6_MORE_FRAGMENTS));
        assertEquals(PacketHeaders.UDP, packet.protocol());
        assertFalse(packet.hasPorts());
        assertEquals(1536 + 8 - first, packet.payloadLength());
    }

    @Test
    void readsIcmpSctpAndGre() {
        ethernet(PacketCaptures.read("icmp4-echo"));
        assertEquals(8, packet.value(ICMP_TYPE));
        assertEquals(7, packet.value(ICMP_ECHO_IDENTIFIER));
        assertEquals(9, packet.value(ICMP_ECHO_SEQUENCE));
        assertEquals(7, packet.payloadLength());
        assertFalse(packet.hasPorts());
        ethernet(PacketCaptures.read("icmpv6-echo"));
        assertEquals(128, packet.value(ICMPV6_TYPE));
        assertEquals(9, packet.value(ICMP_ECHO_SEQUENCE));
        ethernet(PacketCaptures.read("sctp4-init"));
        assertEquals(36412, packet.sourcePort());
        assertEquals(0x12345678L, packet.value(SCTP_VERIFICATION_TAG));
        assertEquals(1, packet.value(SCTP_FIRST_CHUNK_TYPE));
        ethernet(PacketCaptures.read("gre4-key"));
        assertEquals(0x0800, packet.value(GRE_PROTOCOL));
        assertEquals(42, packet.value(GRE_KEY));
        assertEquals(7, packet.payloadLength());
    }

    @Test
    void looksThroughVlanTagsAndLeavesPaddingOut() {
        ethernet(PacketCaptures.read("qinq-udp4"));
        assertEquals(100, packet.value(VLAN_ID));
        assertEquals(77, packet.value(INNER_VLAN_ID));
        assertEquals(3, packet.value(INNER_VLAN_PRIORITY));
        assertEquals(PacketHeaders.ETH_P_IP, packet.etherType());
        assertEquals(2000, packet.destinationPort());
        assertEquals(4, packet.payloadLength());
    }

    @ParameterizedTest
    @MethodSource("names")
    void readsTheSameFromTheNetworkHeaderOn(String name) {
        byte[] frame = PacketCaptures.read(name);
        ethernet(frame);
        Map<PacketField, Long> fields = fields();
        int network = (int) packet.networkOffset();
        int type = packet.etherType();
        for (int protocol : new int[] {type, 0}) {
            packet.wrapNetwork(MemorySegment.ofArray(frame), network, frame.length - network, protocol);
            packet.withEthernet(0, network);
            Map<PacketField, Long> expected = new EnumMap<>(fields);
            expected.keySet().removeAll(List.of(INNER_VLAN_ID, INNER_VLAN_PRIORITY));
            assertEquals(expected, fields());
        }
    }

    /** Each octet more brings fields or nothing, never takes one or changes it; and what is missing is told. */
    @ParameterizedTest
    @MethodSource("names")
    void hasOfACutPacketWhatIsThere(String name) {
        byte[] frame = PacketCaptures.read(name);
        ethernet(frame);
        Map<PacketField, Long> whole = fields();
        assertEquals(Cut.NONE, packet.cut());
        assertFalse(packet.isMalformed());
        long end = packet.end();
        Map<PacketField, Long> before = Map.of();
        Cut deepest = Cut.LINK;
        for (int octets = 0; octets <= frame.length; octets++) {
            ethernet(Arrays.copyOf(frame, octets));
            Map<PacketField, Long> fields = fields();
            assertTrue(fields.entrySet().containsAll(before.entrySet()), name + " at " + octets);
            assertTrue(whole.entrySet().containsAll(fields.entrySet()), name + " at " + octets);
            assertFalse(packet.isMalformed(), name + " at " + octets);
            if (octets < end) {
                assertTrue(packet.cut().compareTo(deepest) >= 0, name + " at " + octets + ": " + packet.cut());
                deepest = packet.cut();
            } else {
                assertEquals(Cut.NONE, packet.cut());
            }
            assertEquals(
                    octets >= packet.networkOffset() + 20 && packet.isIpv4(),
                    packet.isIpv4() && packet.hasDestination());
            before = fields;
        }
        assertEquals(whole, before);
    }

    @Test
    void saysWhereAPacketIsCut() {
        byte[] frame = PacketCaptures.read("udp6-options");
        int[] ends = {13, 14, 53, 54, 77, 78, 85, 86, 98, 99};
        Cut[] cuts = {
            Cut.LINK,
            Cut.NETWORK,
            Cut.NETWORK,
            Cut.EXTENSION,
            Cut.EXTENSION,
            Cut.TRANSPORT,
            Cut.TRANSPORT,
            Cut.PAYLOAD,
            Cut.PAYLOAD,
            Cut.NONE
        };
        for (int i = 0; i < ends.length; i++) {
            ethernet(Arrays.copyOf(frame, ends[i]));
            assertEquals(cuts[i], packet.cut(), "at " + ends[i]);
        }
    }

    @Test
    void hasPortsWhereTheRestOfTcpIsCut() {
        ethernet(Arrays.copyOf(PacketCaptures.read("tcp4-syn"), ETHERNET_BYTES + 20 + 4));
        assertEquals(8081, packet.destinationPort());
        assertFalse(packet.has(TCP_SEQUENCE));
        assertFalse(packet.has(TCP_FLAGS));
        assertEquals(0, packet.value(TCP_FLAGS));
        assertEquals(Cut.TRANSPORT, packet.cut());
        assertEquals(-1, packet.payloadOffset());
    }

    /** Offset in the frame, the impossible value there. */
    @ParameterizedTest
    @CsvSource({"14,0x44", "14,0x65", "17,0x13", "17,0x1c", "46,0x40"})
    void refusesImpossibleLengthsAndVersions(int at, String value) {
        byte[] frame = PacketCaptures.read("tcp4-syn");
        assertNotEquals(frame[at], Integer.decode(value).byteValue());
        frame[at] = Integer.decode(value).byteValue();
        ethernet(frame);
        assertTrue(packet.isMalformed());
        assertEquals(-1, packet.payloadOffset());
        assertEquals(0x020000000001L, packet.value(ETHERNET_SOURCE));
    }

    @Test
    void goesThroughSomeExtensionHeadersAndNotThroughMany() {
        for (int count : new int[] {1, 16, 17, 8000}) {
            byte[] octets = new byte[40 + 8 * count + 8];
            octets[0] = 0x60;
            octets[4] = (byte) ((octets.length - 40) >>> 8);
            octets[5] = (byte) (octets.length - 40);
            octets[6] = 60;
            for (int i = 0; i < count; i++) {
                octets[40 + 8 * i] = (byte) (i + 1 == count ? 17 : 60);
            }
            packet.wrapNetwork(MemorySegment.ofArray(octets), 0, octets.length, PacketHeaders.ETH_P_IPV6);
            assertEquals(count <= 16, packet.hasPorts());
            assertEquals(count > 16, packet.isMalformed());
        }
    }

    @Test
    void goesThroughSomeVlanTagsAndNotThroughMany() {
        for (int count : new int[] {0, 1, 4, 5, 1000}) {
            byte[] octets = new byte[14 + 4 * count];
            for (int at = 12; at < octets.length; at += 4) {
                octets[at] = (byte) (at + 2 == octets.length ? 0x08 : 0x81);
                octets[at + 1] = (byte) (at + 2 == octets.length ? 0x06 : 0x00);
            }
            ethernet(octets);
            assertEquals(count <= 4 ? 0x0806 : 0, packet.etherType());
            assertEquals(count > 4, packet.isMalformed());
        }
    }

    @Test
    void takesWhatIsNeitherIpv4NorIpv6ForPayload() {
        packet.wrapNetwork(MemorySegment.ofArray(new byte[28]), 0, 28, 0x0806);
        assertEquals(0x0806, packet.etherType());
        assertFalse(packet.isIpv4() || packet.isIpv6() || packet.hasProtocol() || packet.hasSource());
        assertEquals(28, packet.payloadLength());
        packet.wrapNetwork(MemorySegment.ofArray(new byte[0]), 0, 0, 0);
        assertEquals(0, packet.etherType());
        assertEquals(Map.of(), fields());
    }

    /** Segmentation offload makes packets whose length has no room in its field: 0 stands there. */
    @Test
    void takesALengthOf0ForUnknown() {
        byte[] frame = PacketCaptures.read("tcp6-data");
        frame[ETHERNET_BYTES + 4] = 0;
        frame[ETHERNET_BYTES + 5] = 0;
        ethernet(frame);
        assertFalse(packet.isMalformed());
        assertEquals(18, packet.payloadLength());
    }

    private void ethernet(byte[] frame) {
        packet.wrapEthernet(MemorySegment.ofArray(frame), 0, frame.length);
    }

    private Map<PacketField, Long> fields() {
        Map<PacketField, Long> fields = new EnumMap<>(PacketField.class);
        Stream.of(PacketField.values()).filter(packet::has).forEach(field -> fields.put(field, packet.value(field)));
        return fields;
    }
}
