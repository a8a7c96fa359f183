package io.nurs.appliance.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.nfqueue.NfqueueDecoder;
import io.nurs.netlink.nfqueue.NfqueueVerdicts;
import io.nurs.netlink.nfqueue.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the octets of NFQUEUE to those of verdicts, without a socket. */
class PolicyHandlerTest {
    private static final int PACKETS = 64;
    private static final int ROUNDS = 3_000;
    private static final int MAX_MEASUREMENTS = 50;
    private static final int ID_AT = 24;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final List<String> sent = new ArrayList<>();
    private boolean keep = true;
    private long handedOn;

    /** Paranoid detection, which the other tests run with, allocates for every retain. */
    @BeforeEach
    void switchLeakDetectionOff() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    private static byte[] capture(String name) throws Exception {
        Path file = Path.of(
                System.getProperty("nurs.root", ".."), "netlink-channel/src/test/resources/nfqueue/" + name + ".hex");
        return HexFormat.of()
                .parseHex(Files.readString(file).replaceAll("#.*", "").replaceAll("\\s", ""));
    }

    /** The same packet with these ids. */
    private static NetlinkBatch packets(String capture, int... ids) throws Exception {
        byte[] packet = capture(capture);
        return EmbeddedSource.batch(IntStream.of(ids)
                .mapToObj(id -> {
                    byte[] numbered = packet.clone();
                    numbered[ID_AT + 2] = (byte) (id >> 8);
                    numbered[ID_AT + 3] = (byte) id;
                    return numbered;
                })
                .toArray(byte[][]::new));
    }

    private PolicyHandler handler(EmbeddedChannel channel, PacketPolicy policy) {
        NetlinkStats stats = new NetlinkStats();
        NfqueueVerdicts verdicts = new NfqueueVerdicts();
        PolicyHandler handler = new PolicyHandler("test", 3, true, policy, verdicts);
        channel.pipeline()
                .addLast(
                        new Kernel(),
                        new NetlinkMessageDecoder(stats),
                        new NfqueueDecoder(stats),
                        verdicts,
                        handler,
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                                handedOn++;
                            }
                        });
        return handler;
    }

    /** Takes what is sent: each verdict as type (1 for one packet, 3 for all up to it), verdict, id. */
    private final class Kernel extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ByteBuf datagram = (ByteBuf) message;
            while (keep && datagram.isReadable()) {
                int start = datagram.readerIndex();
                int length = datagram.getIntLE(start);
                sent.add((datagram.getShortLE(start + 4) & 0xff) + " " + datagram.getInt(start + 24) + " "
                        + datagram.getInt(start + 28) + (length > 32 ? " and more" : ""));
                datagram.skipBytes((length + 3) & ~3);
            }
            datagram.release();
        }
    }

    private List<String> verdicts(PacketPolicy policy, int... ids) throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel();
        PolicyHandler handler = handler(channel, policy);
        channel.pipeline().fireChannelRead(packets("output-udp4", ids));
        channel.pipeline().fireChannelReadComplete();
        channel.checkException();
        assertEquals(ids.length, handler.stats().packets());
        assertEquals(ids.length, handedOn);
        return sent;
    }

    @Test
    void packetsInARowHaveOneVerdict() throws Exception {
        assertEquals(List.of("3 1 5"), verdicts(packet -> Verdict.NF_ACCEPT, 1, 2, 3, 4, 5));
    }

    @Test
    void aVerdictForAllUpToOneComesAfterThoseBefore() throws Exception {
        assertEquals(
                List.of("3 1 2", "1 0 3", "3 1 5", "1 1 6 and more", "1 1 7"),
                verdicts(
                        packet -> {
                            if (packet.message().packetId() == 6) {
                                packet.changed();
                            }
                            return packet.message().packetId() == 3 ? Verdict.NF_DROP : Verdict.NF_ACCEPT;
                        },
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        7));
    }

    @Test
    void packetsWithOtherMarksHaveVerdictsOfTheirOwn() throws Exception {
        assertEquals(
                List.of("3 4 3 and more", "1 4 4 and more"),
                verdicts(
                        packet -> {
                            packet.mark(packet.message().packetId() < 4 ? 1 : 2);
                            return Verdict.NF_REPEAT;
                        },
                        1,
                        2,
                        3,
                        4));
    }

    @Test
    void noPacketWaitsForMoreThan64Others() throws Exception {
        assertEquals(
                List.of("3 1 64", "3 1 100"),
                verdicts(
                        packet -> Verdict.NF_ACCEPT,
                        IntStream.rangeClosed(1, 100).toArray()));
    }

    @Test
    void idsThatAreMissingAreCounted() throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel();
        PolicyHandler handler = handler(channel, packet -> Verdict.NF_ACCEPT);
        channel.pipeline().fireChannelRead(packets("output-udp4", 1, 2, 6, 7, 9));
        assertEquals(4, handler.stats().missed());
    }

    @Test
    void whatIsNoVerdictIsAFailure() throws Exception {
        for (int verdict : new int[] {2, 6, -1, 0x100, 0x8000_0000, Verdict.queue(3)}) {
            sent.clear();
            handedOn = 0;
            assertEquals(List.of("1 1 1"), verdicts(packet -> verdict, 1), "" + verdict);
        }
    }

    /** It is cut, or to be cut up: giving it back would break it. */
    @ParameterizedTest
    @ValueSource(strings = {"input-tcp4-cut", "output-tcp4-gso"})
    void leavesAloneWhatItCannotGiveBack(String capture) throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel();
        PolicyHandler handler = handler(channel, packet -> {
            packet.ttl(3);
            return Verdict.NF_ACCEPT;
        });
        channel.pipeline().fireChannelRead(packets(capture, 1));
        channel.pipeline().fireChannelReadComplete();
        assertEquals(List.of("1 1 1"), sent);
        assertEquals(1, handler.stats().unchangeable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accept",
                "{ verdict: repeat, mark: 7 }",
                "{ drop-if: 'protocol == udp and (destinationTransportPort in [53, 54] or address in 10.0.0.0/8)' }",
                "{ drop-if: 'mark & 0xf == 1 or ttl > 250 or tcpFlags & syn == syn', mark: 1/1 }",
                "{ rewrite: { ttl: 9, dscp: 10 }, mark: 7 }",
            })
    void allocatesNothing(String policy) throws Exception {
        NfqueueSourceConfig config = (NfqueueSourceConfig) ConfigLoader.parse(
                        "test.yaml",
                        "stacks: [{ name: a, source: { type: nfqueue, queues: 3, policy: " + policy
                                + " }, exporters: [] }]")
                .sources()
                .getFirst();
        keep = false;
        EmbeddedChannel channel = new EmbeddedChannel();
        PolicyHandler handler = handler(channel, new ConfiguredPolicy(config.policy(), true));
        NetlinkBatch batch =
                packets("output-udp4", IntStream.rangeClosed(1, PACKETS).toArray());
        assertEquals(
                0,
                Math.max(0, AllocatedBytes.leastOf(MAX_MEASUREMENTS, () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        channel.pipeline().fireChannelRead(batch);
                        channel.pipeline().fireChannelReadComplete();
                    }
                })),
                "octets for " + ROUNDS * PACKETS + " packets");
        assertTrue(handler.stats().packets() >= ROUNDS * PACKETS);
        assertEquals(0, handler.stats().failed());
    }
}
