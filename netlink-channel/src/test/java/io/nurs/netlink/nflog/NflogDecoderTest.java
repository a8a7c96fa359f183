package io.nurs.netlink.nflog;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.batch;
import static io.nurs.netlink.Messages.message;
import static io.nurs.netlink.Messages.octets;
import static io.nurs.netlink.nflog.NflogAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Allocation;
import io.nurs.netlink.Capture;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import io.nurs.netlink.packet.ViewFuzz;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NflogDecoderTest {
    private static final int PACKETS = 400_000;

    private final NetlinkStats stats = new NetlinkStats();
    private final List<Object> others = new ArrayList<>();

    @Test
    void readsAPacketThatAProcessSends() {
        assertEquals(1, decode(NflogCaptures.read("output-udp4"), packet -> {
            assertEquals(2, packet.family());
            assertEquals(5, packet.number());
            assertEquals(PacketHeaders.ETH_P_IP, packet.protocol());
            assertEquals(3, packet.hook());
            assertEquals("out: ", packet.prefix());
            assertEquals(5, packet.prefixLength());
            assertEquals(3, packet.outputInterface());
            assertEquals(0, packet.inputInterface());
            assertEquals(0x2a, packet.mark());
            assertTrue(packet.hasUid());
            assertEquals(1234, packet.uid());
            assertEquals(5678, packet.gid());
            assertTrue(packet.hasSequence());
            assertEquals(0, packet.sequence());
            assertTrue(packet.hasGlobalSequence());
            assertEquals(1, packet.globalSequence());
            assertFalse(packet.hasTimestamp());
            assertFalse(packet.hasHardwareType());
            assertEquals(-1, packet.hardwareAddressOffset());
            assertFalse(packet.hasVlan());
            assertFalse(packet.readConntrack());
            assertEquals(41, packet.payloadLength());
            assertEquals("hello, packet", text(packet, packet.payloadOffset() + 28, 13));
        }));
    }

    @Test
    void readsAPacketThatComesIn() {
        assertEquals(1, decode(NflogCaptures.read("input-tcp4"), packet -> {
            assertEquals(1, packet.hook());
            assertEquals(1_795_714_525_709_206_000L, packet.timestampNanos());
            assertTrue(packet.hasTimestamp());
            assertFalse(packet.hasUid());
            assertEquals(3, packet.inputInterface());
            assertEquals(1, packet.hardwareType());
            assertEquals(6, packet.hardwareAddressLength());
            assertEquals("020000000002", hex(packet, packet.hardwareAddressOffset(), 6));
            assertEquals(14, packet.hardwareHeaderLength());
            PacketHeaders headers = new PacketHeaders()
                    .wrapNetwork(packet.memory(), packet.payloadOffset(), packet.payloadLength(), packet.protocol())
                    .withEthernet(packet.hardwareHeaderOffset(), packet.hardwareHeaderLength());
            assertEquals(0x020000000002L, headers.value(PacketField.ETHERNET_SOURCE));
            assertEquals(443, headers.destinationPort());
            assertEquals(2, headers.value(PacketField.TCP_FLAGS));
        }));
    }

    @Test
    void readsABridgedPacketOfAVlan() {
        assertEquals(1, decode(NflogCaptures.read("bridge-vlan"), packet -> {
            assertEquals(7, packet.family());
            assertEquals(5, packet.physicalInputInterface());
            assertEquals(4, packet.inputInterface());
            assertTrue(packet.hasVlan());
            assertEquals(PacketHeaders.ETH_P_8021Q, packet.vlanProtocol());
            assertEquals(5 << 13 | 77, packet.vlanTci());
            assertEquals(14, packet.linkHeaderLength());
            assertEquals("0200000001090200000001010800", hex(packet, packet.linkHeaderOffset(), 14));
        }));
    }

    @Test
    void readsEveryPacketOfABatch() {
        List<String> texts = new ArrayList<>();
        assertEquals(
                3,
                decode(
                        NflogCaptures.read("batch-udp4"),
                        packet -> texts.add(text(packet, packet.payloadOffset() + 28, 8))));
        assertEquals(List.of("packet 0", "packet 1", "packet 2"), texts);
        assertEquals(List.of(new NetlinkControl.Done(0, 0)), others);
    }

    @Test
    void readsAPacketWithoutOctets() {
        assertEquals(1, decode(NflogCaptures.read("meta-udp4"), packet -> {
            assertEquals(-1, packet.payloadOffset());
            assertEquals(0, packet.payloadLength());
            assertEquals("", packet.prefix());
        }));
    }

    /** From a recorded entry: the kernel of these captures cannot put one beside a packet. */
    @Test
    void readsTheConntrackEntryBesideAPacket() {
        byte[] entry = Capture.read("conntrack/destroy-tcp4-nat.hex");
        byte[] packet = packet(
                attribute(NFULA_CT | 0x8000, Arrays.copyOfRange(entry, 20, entry.length)),
                attribute(NFULA_CT_INFO, octets(0, 0, 0, 2)));
        assertEquals(1, decode(packet, read -> {
            assertTrue(read.hasConntrackInfo());
            assertEquals(2, read.conntrackInfo());
            assertTrue(read.readConntrack());
            ConntrackMessage conntrack = read.conntrack();
            assertEquals(6, conntrack.original().protocol());
            assertTrue(conntrack.hasCounters());
            assertTrue(conntrack.original().sourcePort() > 0);
        }));
    }

    @Test
    void tellsAnEntryThatIsNotWhole() {
        byte[] packet = packet(attribute(NFULA_CT, attribute(1, octets(1, 2, 3, 4))));
        assertEquals(1, decode(packet, read -> assertFalse(read.readConntrack())));
    }

    @Test
    void refusesAPacketWithoutHeaderAndOneTooShort() {
        assertEquals(0, decode(message(NFNL_SUBSYS_ULOG << 8, 0, 0, 0, octets(2, 0, 0, 5)), packet -> {}));
        assertEquals(0, decode(message(NFNL_SUBSYS_ULOG << 8, 0, 0, 0), packet -> {}));
        assertEquals(0, decode(packet(attribute(NFULA_TIMESTAMP, new byte[15])), packet -> {}));
        assertEquals(3, stats.malformedMessages());
    }

    @Test
    void countsOtherMessages() {
        assertEquals(0, decode(message(NFNL_SUBSYS_ULOG << 8 | 1, 0, 0, 0, octets(2, 0, 0, 5)), packet -> {}));
        assertEquals(0, decode(message(1 << 8, 0, 0, 0, octets(2, 0, 0, 5)), packet -> {}));
        assertEquals(2, stats.unknownMessages());
    }

    @Test
    void survivesAnyDamage() {
        ViewFuzz fuzz = new ViewFuzz(NflogMessage.class, NflogDecoder::new);
        NflogCaptures.all().forEach(fuzz::cutAtEachOctet);
        fuzz.mutate(NflogCaptures.all(), 60_000);
        fuzz.random(NFNL_SUBSYS_ULOG, 30_000);
        assertTrue(fuzz.taken() > 10_000, "too few got through: " + fuzz.taken());
        assertTrue(fuzz.malformed() > 10_000, "too few were malformed: " + fuzz.malformed());
    }

    @Test
    void decodesPacketsAndTheirHeadersWithoutAllocating() throws ReflectiveOperationException {
        NetlinkBatch batch = NflogCaptures.batch();
        NflogReader summer = new NflogReader();
        EmbeddedChannel channel =
                new EmbeddedChannel(new NetlinkMessageDecoder(stats), new NflogDecoder(stats), summer);
        int runs = Allocation.assertNone("decoding an NFLOG packet and its headers", PACKETS, () -> {
            for (int i = 0; i < PACKETS / NflogCaptures.PACKETS; i++) {
                channel.pipeline().fireChannelRead(batch);
            }
        });
        assertEquals((long) runs * (PACKETS / NflogCaptures.PACKETS) * NflogCaptures.PACKETS, summer.packets);
        assertTrue(summer.sum != 0);
    }

    private static byte[] packet(byte[]... attributes) {
        byte[][] all = new byte[attributes.length + 2][];
        all[0] = octets(2, 0, 0, 5);
        all[1] = attribute(NFULA_PACKET_HDR, octets(8, 0, 3, 0));
        System.arraycopy(attributes, 0, all, 2, attributes.length);
        return message(NFNL_SUBSYS_ULOG << 8, 0, 0, 0, all);
    }

    private int decode(byte[] datagram, Consumer<NflogMessage> reader) {
        int[] packets = {0};
        EmbeddedChannel channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(stats), new NflogDecoder(stats), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        if (message instanceof NflogMessage packet) {
                            packets[0]++;
                            reader.accept(packet);
                        } else {
                            others.add(message);
                        }
                    }
                });
        channel.pipeline().fireChannelRead(batch(datagram));
        channel.checkException();
        return packets[0];
    }

    private static String text(NflogMessage packet, long offset, int length) {
        return new String(bytes(packet, offset, length), StandardCharsets.US_ASCII);
    }

    private static String hex(NflogMessage packet, long offset, int length) {
        return HexFormat.of().formatHex(bytes(packet, offset, length));
    }

    private static byte[] bytes(NflogMessage packet, long offset, int length) {
        byte[] octets = new byte[length];
        MemorySegment.copy(packet.memory(), ValueLayout.JAVA_BYTE, offset, octets, 0, length);
        return octets;
    }
}
