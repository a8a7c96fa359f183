package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.batch;
import static io.nurs.netlink.Messages.message;
import static io.nurs.netlink.Messages.octets;
import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Allocation;
import io.nurs.netlink.Capture;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import io.nurs.netlink.packet.ViewFuzz;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NfqueueDecoderTest {
    private static final int PACKETS = 400_000;

    private final NetlinkStats stats = new NetlinkStats();
    private final PacketHeaders headers = new PacketHeaders();

    @Test
    void readsAPacketThatAProcessSends() {
        assertEquals(1, decode(NfqueueCaptures.read("output-udp4"), packet -> {
            assertEquals(2, packet.family());
            assertEquals(3, packet.number());
            assertEquals(1, packet.packetId());
            assertEquals(PacketHeaders.ETH_P_IP, packet.protocol());
            assertEquals(3, packet.hook());
            assertEquals(3, packet.outputInterface());
            assertEquals(0, packet.inputInterface());
            assertEquals(0x2a, packet.mark());
            assertTrue(packet.hasUid());
            assertEquals(1234, packet.uid());
            assertEquals(5678, packet.gid());
            assertFalse(packet.hasTimestamp());
            assertNull(packet.securityContext());
            assertEquals(0, packet.packetFlags());
            assertTrue(packet.isWhole());
            assertEquals(41, packet.payloadLength());
            assertEquals(41, packet.packetLength());
            assertEquals(53, headers(packet).destinationPort());
        }));
    }

    @Test
    void tellsAPacketThatTheCopyRangeCut() {
        assertEquals(1, decode(NfqueueCaptures.read("input-tcp4-cut"), packet -> {
            assertFalse(packet.isWhole());
            assertEquals(40, packet.payloadLength());
            assertEquals(60, packet.packetLength());
            assertEquals(6, packet.hardwareAddressLength());
            assertEquals(443, headers(packet).destinationPort());
            assertEquals(PacketHeaders.Cut.TRANSPORT, headers(packet).cut());
        }));
    }

    @Test
    void readsIpv6() {
        assertEquals(1, decode(NfqueueCaptures.read("input-icmpv6"), packet -> {
            assertEquals(10, packet.family());
            assertEquals(NFQA_SKB_CSUM_NOTVERIFIED, packet.packetFlags());
            assertEquals(128, headers(packet).value(PacketField.ICMPV6_TYPE));
        }));
    }

    @Test
    void tellsAPacketThatIsToBeSegmentedLater() {
        assertEquals(1, decode(NfqueueCaptures.read("output-tcp4-gso"), packet -> {
            assertEquals(NFQA_SKB_GSO | NFQA_SKB_CSUMNOTREADY, packet.packetFlags());
            assertEquals(96, packet.payloadLength());
            assertEquals(7292, packet.packetLength());
            assertEquals(7292, headers(packet).value(PacketField.IPV4_TOTAL_LENGTH));
        }));
    }

    /** From the header's description: the kernel of these captures sends none of these. */
    @Test
    void readsWhatOtherKernelsSend() {
        byte[] entry = Capture.read("conntrack/destroy-udp6.hex");
        byte[] packet = packet(
                attribute(NFQA_CT | 0x8000, Arrays.copyOfRange(entry, 20, entry.length)),
                attribute(NFQA_CT_INFO, octets(0, 0, 0, 1)),
                attribute(NFQA_SECCTX, octets('a', ':', 'b', 0)),
                attribute(
                        NFQA_VLAN,
                        attribute(NFQA_VLAN_TCI, octets(0xa0, 77)),
                        attribute(NFQA_VLAN_PROTO, octets(0x81, 0))),
                attribute(NFQA_L2HDR, new byte[18]),
                attribute(NFQA_PRIORITY, octets(0, 1, 0, 2)),
                attribute(NFQA_CGROUP_CLASSID, octets(0, 16, 0, 1)),
                attribute(NFQA_TIMESTAMP, octets(0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9)),
                attribute(999, octets(1)));
        assertEquals(1, decode(packet, read -> {
            assertTrue(read.readConntrack());
            assertTrue(read.conntrack().original().isIpv6());
            assertTrue(read.hasConntrackInfo());
            assertEquals(1, read.conntrackInfo());
            assertEquals("a:b", read.securityContext());
            assertTrue(read.hasVlan());
            assertEquals(0xa04d, read.vlanTci());
            assertEquals(0x8100, read.vlanProtocol());
            assertEquals(18, read.linkHeaderLength());
            assertEquals(0x10002, read.priority());
            assertEquals(0x100001, read.cgroupClassId());
            assertEquals(7_000_009_000L, read.timestampNanos());
        }));
    }

    @Test
    void refusesAPacketWithoutId() {
        assertEquals(0, decode(message(NFNL_SUBSYS_QUEUE << 8, 0, 0, 0, octets(2, 0, 0, 5)), packet -> {}));
        assertEquals(0, decode(message(NFNL_SUBSYS_QUEUE << 8, 0, 0, 0), packet -> {}));
        assertEquals(0, decode(packet(attribute(NFQA_MARK, octets(1))), packet -> {}));
        assertEquals(3, stats.malformedMessages());
    }

    @Test
    void countsOtherMessages() {
        assertEquals(0, decode(message(NFNL_SUBSYS_QUEUE << 8 | 2, 0, 0, 0, octets(2, 0, 0, 5)), packet -> {}));
        assertEquals(1, stats.unknownMessages());
    }

    @Test
    void survivesAnyDamage() {
        ViewFuzz fuzz = new ViewFuzz(NfqueueMessage.class, NfqueueDecoder::new);
        NfqueueCaptures.all().forEach(fuzz::cutAtEachOctet);
        fuzz.mutate(NfqueueCaptures.all(), 60_000);
        fuzz.random(NFNL_SUBSYS_QUEUE, 30_000);
        assertTrue(fuzz.taken() > 10_000, "too few got through: " + fuzz.taken());
        assertTrue(fuzz.malformed() > 10_000, "too few were malformed: " + fuzz.malformed());
    }

    @Test
    void decodesPacketsAndTheirHeadersWithoutAllocating() throws ReflectiveOperationException {
        List<byte[]> captures = NfqueueCaptures.all();
        MemorySegment memory = Arena.global().allocate(1024L * captures.size(), 64);
        NetlinkBatch batch = new NetlinkBatch(memory, 1024).count(captures.size());
        for (int slot = 0; slot < captures.size(); slot++) {
            byte[] datagram = captures.get(slot);
            MemorySegment.copy(datagram, 0, memory, ValueLayout.JAVA_BYTE, batch.offset(slot), datagram.length);
            batch.length(slot, datagram.length);
        }
        Summer summer = new Summer();
        EmbeddedChannel channel =
                new EmbeddedChannel(new NetlinkMessageDecoder(stats), new NfqueueDecoder(stats), summer);
        int runs = Allocation.assertNone("decoding an NFQUEUE packet and its headers", PACKETS, () -> {
            for (int i = 0; i < PACKETS / captures.size(); i++) {
                channel.pipeline().fireChannelRead(batch);
            }
        });
        assertEquals((long) runs * PACKETS, summer.packets);
        assertTrue(summer.sum != 0);
    }

    private static byte[] packet(byte[]... attributes) {
        byte[][] all = new byte[attributes.length + 2][];
        all[0] = octets(2, 0, 0, 5);
        all[1] = attribute(NFQA_PACKET_HDR, octets(0, 0, 0, 1, 8, 0, 3));
        System.arraycopy(attributes, 0, all, 2, attributes.length);
        return message(NFNL_SUBSYS_QUEUE << 8, 0, 0, 0, all);
    }

    private PacketHeaders headers(NfqueueMessage packet) {
        return headers.wrapNetwork(packet.memory(), packet.payloadOffset(), packet.payloadLength(), packet.protocol());
    }

    private int decode(byte[] datagram, Consumer<NfqueueMessage> reader) {
        int[] packets = {0};
        EmbeddedChannel channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(stats), new NfqueueDecoder(stats), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        if (message instanceof NfqueueMessage packet) {
                            packets[0]++;
                            reader.accept(packet);
                        }
                    }
                });
        channel.pipeline().fireChannelRead(batch(datagram));
        channel.checkException();
        return packets[0];
    }

    /** Reads of each packet what a policy would, and folds it into one number. */
    private static final class Summer extends ChannelInboundHandlerAdapter {
        private final PacketHeaders headers = new PacketHeaders();
        long packets;
        long sum;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NfqueueMessage packet) {
                packets++;
                headers.wrapNetwork(packet.memory(), packet.payloadOffset(), packet.payloadLength(), packet.protocol());
                sum += packet.packetId() + packet.mark() + packet.uid() + packet.packetLength();
                sum += headers.sourceLow() + headers.destinationLow() + headers.sourcePort() + headers.protocol();
                sum += headers.value(PacketField.TCP_FLAGS) + headers.payloadLength();
            }
        }
    }
}
