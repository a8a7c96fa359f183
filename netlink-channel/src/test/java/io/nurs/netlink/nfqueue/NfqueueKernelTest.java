package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;
import static io.nurs.netlink.packet.PacketNamespace.ask;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.Allocation;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.packet.Checksums;
import io.nurs.netlink.packet.PacketHeaders;
import io.nurs.netlink.packet.PacketNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Queues of the kernel's own NFQUEUE, in a namespace that each test makes: what a verdict says is what happens. Longer than a
 * class should be, by the number of its claims.
 */
@Tag("netns")
class NfqueueKernelTest {
    private static final int PORT = 5000;
    private static final String RULE = "iptables -A OUTPUT -p udp --dport 5000 -j NFQUEUE --queue-num 1";

    private PacketNamespace kernel;

    interface Policy {
        void decide(NfqueueMessage packet, NfqueueVerdicts verdicts);
    }

    /** What tests want to know of a packet. */
    record Seen(int queue, int id, int mark, int hook, int length, int packetLength, int flags, int uid) {}

    static final class Reader extends ChannelInboundHandlerAdapter {
        final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        final BlockingQueue<NetlinkControl> control = new LinkedBlockingQueue<>();
        final NfqueueVerdicts verdicts;
        private final Policy policy;

        Reader(NfqueueVerdicts verdicts, Policy policy) {
            this.verdicts = verdicts;
            this.policy = policy;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NfqueueMessage packet) {
                Seen what = new Seen(
                        packet.number(),
                        packet.packetId(),
                        packet.mark(),
                        packet.hook(),
                        packet.payloadLength(),
                        packet.packetLength(),
                        packet.packetFlags(),
                        packet.hasUid() ? packet.uid() : -1);
                policy.decide(packet, verdicts);
                seen.add(what);
            } else if (message instanceof NetlinkControl said) {
                control.add(said);
            }
        }

        Seen next() throws InterruptedException {
            return assertInstanceOf(
                    Seen.class, seen.poll(PacketNamespace.PATIENCE_SECONDS, TimeUnit.SECONDS), "no packet came");
        }
    }

    @BeforeEach
    void makeNamespace(TestInfo test) throws IOException {
        Requires.root(test);
        Requires.tool("iptables");
        kernel = PacketNamespace.create();
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void acceptsAndDrops(Transport transport) throws Exception {
        kernel.sh(RULE);
        try (CountingEventLoop loop = transport.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            Reader reader = open(
                    loop,
                    (packet, verdicts) -> verdicts.decide(
                            1, packet.packetId(), packet.packetId() % 3 == 0 ? Verdict.NF_DROP : Verdict.NF_ACCEPT),
                    1);
            for (int i = 1; i <= 10; i++) {
                kernel.send(sender, "127.0.0.1", PORT, "packet " + i);
            }
            for (int i : new int[] {1, 2, 4, 5, 7, 8, 10}) {
                assertEquals("packet " + i, kernel.receive(receiver));
            }
            for (int i = 1; i <= 10; i++) {
                assertEquals(
                        new Seen(1, i, 0, 3, 28 + ("packet " + i).length(), 28 + ("packet " + i).length(), 0, -1),
                        reader.next());
            }
            assertEquals(0, reader.verdicts.refused());
        }
    }

    @Test
    void repeatsWithAMark() throws Exception {
        kernel.sh(
                "iptables -A OUTPUT -p udp --dport 5000 -m mark ! --mark 7 -j NFQUEUE --queue-num 1",
                "iptables -A OUTPUT -p udp --dport 5000 -m mark --mark 7 -j ACCEPT",
                "iptables -A OUTPUT -p udp -j DROP");
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            Reader reader = open(
                    loop, (packet, verdicts) -> verdicts.decideWithMark(1, packet.packetId(), Verdict.NF_REPEAT, 7), 1);
            kernel.send(sender, "127.0.0.1", PORT, "hello");
            assertEquals("hello", kernel.receive(receiver));
            reader.next();
            loop.settle();
            assertEquals(0, reader.seen.size());
            assertTrue(kernel.run("iptables", "-nvxL", "OUTPUT")
                    .lines()
                    .anyMatch(line -> line.matches("\\s*1 .*ACCEPT.*mark match 0x7.*")));
        }
    }

    @Test
    void handsOnToAnotherQueue() throws Exception {
        kernel.sh(RULE);
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            // Neither queue 3 nor 4 has anybody.
            int[] verdicts = {Verdict.queue(2), Verdict.queue(3), Verdict.queueOrAccept(4)};
            Reader first = open(
                    loop,
                    (packet, out) -> out.decideWithMark(1, packet.packetId(), verdicts[packet.packetId() - 1], 9),
                    1);
            Reader second = open(loop, (packet, out) -> out.decide(2, packet.packetId(), Verdict.NF_ACCEPT), 2);
            for (int i = 1; i <= 3; i++) {
                kernel.send(sender, "127.0.0.1", PORT, "packet " + i);
            }
            assertEquals(List.of("packet 1", "packet 3"), sorted(kernel.receive(receiver), kernel.receive(receiver)));
            assertEquals(1, first.next().queue());
            Seen there = second.next();
            assertEquals(2, there.queue());
            assertEquals(9, there.mark());
        }
    }

    @Test
    void stopsBeforeTheRuleSetsThatFollow() throws Exception {
        kernel.sh(
                "iptables -t raw -A OUTPUT -p udp --dport 5000 -j NFQUEUE --queue-num 1",
                "iptables -A OUTPUT -p udp --dport 5000 -j DROP");
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            open(
                    loop,
                    (packet, verdicts) -> verdicts.decide(
                            1, packet.packetId(), packet.packetId() == 1 ? Verdict.NF_ACCEPT : Verdict.NF_STOP),
                    1);
            kernel.send(sender, "127.0.0.1", PORT, "accepted, and dropped by the filter");
            kernel.send(sender, "127.0.0.1", PORT, "stopped");
            assertEquals("stopped", kernel.receive(receiver));
        }
    }

    /** The receiver's kernel checks the checksum of what was changed: packet 2 is not mended, and does not arrive. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void changesWhatAPacketSays(String address) throws Exception {
        kernel.sh(RULE, RULE.replace("iptables", "ip6tables"));
        PacketHeaders headers = new PacketHeaders();
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            open(
                    loop,
                    (packet, verdicts) -> {
                        headers.wrapNetwork(
                                packet.memory(), packet.payloadOffset(), packet.payloadLength(), packet.protocol());
                        raiseLetters(packet.memory(), headers.payloadOffset(), headers.payloadLength());
                        if (packet.packetId() != 2) {
                            assertEquals(Checksums.Mended.ALL, Checksums.mend(headers));
                        }
                        verdicts.decideWithMarkAndPayload(
                                1,
                                packet.packetId(),
                                Verdict.NF_ACCEPT,
                                1,
                                packet.memory(),
                                packet.payloadOffset(),
                                packet.payloadLength());
                    },
                    1);
            for (String text : new String[] {"hello, world", "not mended", "odd number"}) {
                kernel.send(sender, address, PORT, text);
            }
            assertEquals("HELLO, WORLD", kernel.receive(receiver));
            assertEquals("ODD NUMBER", kernel.receive(receiver));
        }
    }

    @Test
    void changesTheLengthOfAPacket() throws Exception {
        kernel.sh(RULE);
        PacketHeaders headers = new PacketHeaders();
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            open(
                    loop,
                    (packet, verdicts) -> {
                        byte[] longer = Arrays.copyOf(
                                packet.memory()
                                        .asSlice(packet.payloadOffset(), packet.payloadLength())
                                        .toArray(ValueLayout.JAVA_BYTE),
                                packet.payloadLength() + 5);
                        System.arraycopy(new byte[] {'!', '!', '!', '!', '!'}, 0, longer, packet.payloadLength(), 5);
                        longer[3] = (byte) (longer[3] + 5);
                        longer[25] = (byte) (longer[25] + 5);
                        MemorySegment memory = MemorySegment.ofArray(longer);
                        headers.wrapNetwork(memory, 0, longer.length, packet.protocol());
                        assertEquals(Checksums.Mended.ALL, Checksums.mend(headers));
                        verdicts.decideWithPayload(1, packet.packetId(), Verdict.NF_ACCEPT, memory, 0, longer.length);
                    },
                    1);
            kernel.send(sender, "127.0.0.1", PORT, "hello");
            assertEquals("hello!!!!!", kernel.receive(receiver));
        }
    }

    @Test
    void decidesOnAllThatWaitUpToOne() throws Exception {
        kernel.sh(RULE);
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            Reader reader = open(loop, (packet, verdicts) -> {}, 1);
            for (int i = 1; i <= 20; i++) {
                kernel.send(sender, "127.0.0.1", PORT, "packet " + i);
                reader.next();
            }
            loop.submit(() -> {
                        reader.verdicts.decideUpTo(1, 5, Verdict.NF_ACCEPT);
                        reader.verdicts.decideUpTo(1, 15, Verdict.NF_DROP);
                        reader.verdicts.decideUpToWithMark(1, 20, Verdict.NF_ACCEPT, 3);
                        reader.verdicts.flush();
                    })
                    .sync();
            for (int i : new int[] {1, 2, 3, 4, 5, 16, 17, 18, 19, 20}) {
                assertEquals("packet " + i, kernel.receive(receiver));
            }
            assertEquals(1, reader.verdicts.datagrams());
        }
    }

    /** One that does not exist among others in the datagram: the others count. */
    @Test
    void tellsAVerdictOnAPacketThatDoesNotWait() throws Exception {
        kernel.sh(RULE);
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            Reader reader = open(
                    loop,
                    (packet, verdicts) -> {
                        verdicts.decide(1, 4711, Verdict.NF_ACCEPT);
                        verdicts.decide(2, packet.packetId(), Verdict.NF_ACCEPT);
                        verdicts.decide(1, packet.packetId(), Verdict.NF_ACCEPT);
                    },
                    1);
            kernel.send(sender, "127.0.0.1", PORT, "hello");
            assertEquals("hello", kernel.receive(receiver));
            List<Integer> errors = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                NetlinkControl said;
                do {
                    said = reader.control.poll(PacketNamespace.PATIENCE_SECONDS, TimeUnit.SECONDS);
                } while (!(said instanceof NetlinkControl.Failure));
                errors.add(((NetlinkControl.Failure) said).errno());
            }
            assertEquals(Errno.ENOENT, errors.get(0));
            assertEquals(2, reader.verdicts.refused());
        }
    }

    @Test
    void letsPacketsPassAFullQueueIfAskedTo() throws Exception {
        kernel.sh(RULE);
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            NfqueueVerdicts verdicts = new NfqueueVerdicts();
            Reader reader = new Reader(verdicts, (packet, out) -> {});
            NetlinkChannel channel = openChannel(loop, reader);
            NetlinkRequest request = NfqueueRequests.withMaximumLength(bind(channel, 1, 65_531), 1);
            assertEquals(
                    0, ask(channel, NfqueueRequests.withFlags(request, NFQA_CFG_F_FAIL_OPEN, NFQA_CFG_F_FAIL_OPEN)));
            kernel.send(sender, "127.0.0.1", PORT, "waits");
            assertEquals(1, reader.next().id());
            kernel.send(sender, "127.0.0.1", PORT, "passes");
            assertEquals("passes", kernel.receive(receiver));
            assertEquals(
                    0,
                    ask(
                            channel,
                            NfqueueRequests.withFlags(
                                    NfqueueRequests.configure(channel.alloc(), 1), 0, NFQA_CFG_F_FAIL_OPEN)));
            sendDropped(sender);
            loop.submit(() -> {
                        verdicts.decide(1, 1, Verdict.NF_ACCEPT);
                        verdicts.flush();
                    })
                    .sync();
            assertEquals("waits", kernel.receive(receiver));
            receiver.setSoTimeout(1);
            assertThrows(SocketTimeoutException.class, () -> kernel.receive(receiver));
        }
    }

    /** 3,000 octets over a link that takes 1,500, in one piece with the flag and in several without. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesPacketsThatAreToBeSegmentedWholeIfAskedTo(boolean gso) throws Exception {
        kernel.sh("ip link set lo mtu 1500", "iptables -A OUTPUT -p tcp --dport 5000 -j NFQUEUE --queue-num 1");
        byte[] sent = new byte[100_000];
        new Random(1).nextBytes(sent);
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                ServerSocket server = kernel.call(() -> new ServerSocket(PORT, 1, InetAddress.getLoopbackAddress()))) {
            Reader reader = new Reader(
                    new NfqueueVerdicts(),
                    (packet, verdicts) -> verdicts.decide(1, packet.packetId(), Verdict.NF_ACCEPT));
            NetlinkChannel channel = openChannel(loop, reader);
            assertEquals(
                    0,
                    ask(
                            channel,
                            NfqueueRequests.withFlags(
                                    bind(channel, 1, 65_531),
                                    gso ? NFQA_CFG_F_GSO | NFQA_CFG_F_UID_GID : NFQA_CFG_F_UID_GID,
                                    NFQA_CFG_F_GSO | NFQA_CFG_F_UID_GID)));
            try (Socket client = kernel.call(() -> new Socket(InetAddress.getLoopbackAddress(), PORT));
                    Socket accepted = server.accept()) {
                OutputStream out = client.getOutputStream();
                InputStream in = accepted.getInputStream();
                Thread writer = Thread.ofPlatform().start(() -> {
                    try {
                        out.write(sent);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                assertArrayEquals(sent, in.readNBytes(sent.length));
                writer.join();
            }
            loop.settle();
            List<Seen> seen = List.copyOf(reader.seen);
            assertEquals(
                    gso,
                    seen.stream().anyMatch(packet -> packet.length() > 1500 && (packet.flags() & NFQA_SKB_GSO) != 0));
            assertEquals(gso, seen.stream().anyMatch(packet -> packet.length() > 1500));
            assertEquals(0, seen.getFirst().uid());
        }
    }

    @Test
    void cutsPacketsToTheCopyRange() throws Exception {
        kernel.sh(RULE);
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket receiver = kernel.udp(PORT);
                DatagramSocket sender = kernel.udp(0)) {
            Reader reader = new Reader(
                    new NfqueueVerdicts(),
                    (packet, verdicts) -> verdicts.decide(1, packet.packetId(), Verdict.NF_ACCEPT));
            NetlinkChannel channel = openChannel(loop, reader);
            assertEquals(0, ask(channel, bind(channel, 1, 30)));
            kernel.send(sender, "127.0.0.1", PORT, "hello");
            assertEquals("hello", kernel.receive(receiver));
            Seen seen = reader.next();
            assertEquals(30, seen.length());
            assertEquals(33, seen.packetLength());
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAQueueThatSomebodyHas(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel owner = openChannel(loop, new Reader(new NfqueueVerdicts(), (packet, verdicts) -> {}));
            Reader reader = new Reader(new NfqueueVerdicts(), (packet, verdicts) -> {});
            NetlinkChannel other = openChannel(loop, reader);
            assertEquals(0, ask(owner, bind(owner, 1, 100)));
            assertEquals(Errno.EBUSY, ask(owner, bind(owner, 1, 100)));
            assertEquals(Errno.EPERM, ask(other, bind(other, 1, 100)));
            assertEquals(
                    Errno.EPERM,
                    assertInstanceOf(NetlinkControl.Failure.class, reader.control.element())
                            .errno());
            assertEquals(
                    Errno.EOPNOTSUPP,
                    ask(
                            owner,
                            NfqueueRequests.withFlags(NfqueueRequests.configure(owner.alloc(), 1), 1 << 30, 1 << 30)));
            assertEquals(0, ask(owner, NfqueueRequests.unbind(owner.alloc(), 1)));
            assertEquals(0, ask(other, bind(other, 1, 100)));
        }
    }

    /** All are refused, because no packet waits: what is measured is this side, socket included. */
    @Test
    void decidesWithoutAllocating() throws Exception {
        int times = 50_000;
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            NfqueueVerdicts verdicts = new NfqueueVerdicts();
            NetlinkChannel channel = openChannel(loop, new Reader(verdicts, (packet, out) -> {}));
            channel.config().setAutoRead(false);
            MemorySegment packet = MemorySegment.ofArray(new byte[100]);
            int runs = loop.submit(() -> {
                        int single =
                                Allocation.assertNone("a verdict with mark and payload, one a datagram,", times, () -> {
                                    for (int i = 0; i < times; i++) {
                                        verdicts.decideWithMarkAndPayload(1, i, Verdict.NF_ACCEPT, i, packet, 0, 100);
                                        verdicts.flush();
                                    }
                                });
                        int packed = Allocation.assertNone("a verdict, 64 a datagram,", times, () -> {
                            for (int i = 0; i < times; i++) {
                                verdicts.decide(1, i, Verdict.NF_ACCEPT);
                            }
                            verdicts.flush();
                        });
                        return single + packed;
                    })
                    .sync()
                    .getNow();
            assertEquals((long) runs * times, verdicts.verdicts());
        }
    }

    private Reader open(CountingEventLoop loop, Policy policy, int queue) throws Exception {
        Reader reader = new Reader(new NfqueueVerdicts(), policy);
        NetlinkChannel channel = openChannel(loop, reader);
        assertEquals(0, ask(channel, bind(channel, queue, 0)));
        return reader;
    }

    private NetlinkChannel openChannel(CountingEventLoop loop, Reader reader) throws Exception {
        NetlinkChannel channel = kernel.open(loop, PacketNamespace.options());
        channel.pipeline().addLast(new NfqueueDecoder(channel.stats()), reader.verdicts, reader);
        return channel;
    }

    private static NetlinkRequest bind(NetlinkChannel channel, int queue, int range) {
        return NfqueueRequests.withCopyMode(NfqueueRequests.bind(channel.alloc(), queue), NFQNL_COPY_PACKET, range);
    }

    /** A process hears of it with EPERM when its packet is dropped on the way out. */
    private void sendDropped(DatagramSocket sender) {
        try {
            kernel.send(sender, "127.0.0.1", PORT, "dropped");
        } catch (IOException e) {
            assertTrue(("" + e).toLowerCase(Locale.ROOT).contains("not permitted"), "" + e);
        }
    }

    private static void raiseLetters(MemorySegment memory, long offset, int length) {
        for (long at = offset; at < offset + length; at++) {
            byte octet = memory.get(ValueLayout.JAVA_BYTE, at);
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) Character.toUpperCase((char) octet));
        }
    }

    private static List<String> sorted(String... texts) {
        return Arrays.stream(texts).sorted().toList();
    }
}
