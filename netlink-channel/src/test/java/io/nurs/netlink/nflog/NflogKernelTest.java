package io.nurs.netlink.nflog;

import static io.nurs.netlink.nflog.NflogAttribute.*;
import static io.nurs.netlink.packet.PacketNamespace.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.Capture;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.Messages;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.libc.Libc;
import io.nurs.netlink.packet.PacketHeaders;
import io.nurs.netlink.packet.PacketNamespace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramSocket;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
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

/** Groups of the kernel's own NFLOG, in a namespace that each test makes. */
@Tag("netns")
class NflogKernelTest {
    /** Where the octets of a group's number look like an error to who takes a DONE for a dump's. */
    private static final int GROUP = 200;

    private static final int PORT = 5000;
    private static final int SEQUENCES = NFULNL_CFG_F_SEQ | NFULNL_CFG_F_SEQ_GLOBAL;

    private static final int AF_PACKET = 17;
    private static final int SOCKADDR_LL_BYTES = 20;

    private PacketNamespace kernel;

    /** What tests want to know of a packet. */
    record Seen(
            int group,
            String prefix,
            int hook,
            int mark,
            int uid,
            int gid,
            int sequence,
            int globalSequence,
            boolean timed,
            long nanos,
            int payloadLength,
            int port,
            boolean vlan,
            int vlanTci,
            int linkHeaderLength) {}

    static final class Reader extends ChannelInboundHandlerAdapter {
        final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        final BlockingQueue<Object> others = new LinkedBlockingQueue<>();
        private final PacketHeaders headers = new PacketHeaders();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NflogMessage p) {
                headers.wrapNetwork(p.memory(), Math.max(p.payloadOffset(), 0), p.payloadLength(), p.protocol());
                seen.add(new Seen(
                        p.number(),
                        p.prefix(),
                        p.hook(),
                        p.mark(),
                        p.hasUid() ? p.uid() : -1,
                        p.hasUid() ? p.gid() : -1,
                        p.sequence(),
                        p.globalSequence(),
                        p.hasTimestamp(),
                        p.timestampNanos(),
                        p.payloadLength(),
                        headers.destinationPort(),
                        p.hasVlan(),
                        p.vlanTci(),
                        p.linkHeaderLength()));
            } else {
                others.add(message);
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
    void tellsWhatARuleKnowsOfAPacket(Transport transport) throws Exception {
        Requires.tool("setpriv");
        kernel.sh(
                "iptables -t mangle -A OUTPUT -p udp -j MARK --set-mark 0x2a",
                "iptables -A OUTPUT -p udp --dport 5000 -j NFLOG --nflog-group 200 --nflog-prefix 'going out: '",
                "iptables -A INPUT -p udp --dport 5000 -j NFLOG --nflog-group 200 --nflog-prefix in");
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel channel = open(loop, reader);
            assertEquals(0, ask(channel, bind(channel, GROUP, 1)));
            Instant before = Instant.now();
            kernel.run(
                    "setpriv",
                    "--reuid=1234",
                    "--regid=5678",
                    "--clear-groups",
                    "bash",
                    "-c",
                    "echo -n hello > /dev/udp/127.0.0.1/5000");
            Seen out = reader.next();
            assertEquals(
                    new Seen(
                            GROUP,
                            "going out: ",
                            3,
                            0x2a,
                            1234,
                            5678,
                            0,
                            out.globalSequence(),
                            false,
                            0,
                            33,
                            PORT,
                            false,
                            0,
                            0),
                    out);
            Seen in = reader.next();
            assertEquals("in", in.prefix());
            assertEquals(1, in.hook());
            assertEquals(1, in.sequence());
            assertEquals(out.globalSequence() + 1, in.globalSequence());
            assertTrue(in.timed());
            Instant came = Instant.EPOCH.plusNanos(in.nanos());
            assertTrue(
                    came.isAfter(before.minusSeconds(60))
                            && came.isBefore(Instant.now().plusSeconds(60)),
                    came::toString);
        }
    }

    /** The kernel makes a datagram of up to 64 packets here, or of those of a hundredth of a second. */
    @Test
    void readsEveryPacketOfManyBatchesOrCountsItAsLost() throws Exception {
        int packets = 20_000;
        kernel.sh("iptables -A OUTPUT -p udp --dport 5000 -j NFLOG --nflog-group 200 --nflog-threshold 64");
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket socket = kernel.udp(0)) {
            Reader reader = new Reader();
            NetlinkChannel channel = kernel.open(loop, PacketNamespace.options().withReceiveBufferBytes(8 << 20));
            channel.pipeline().addLast(new NflogDecoder(channel.stats()), reader);
            NetlinkRequest request = NflogRequests.withBufferBytes(bind(channel, GROUP, 64), 65536);
            assertEquals(0, ask(channel, NflogRequests.withTimeout(request, 1)));
            long datagrams = channel.stats().datagrams();
            for (int i = 0; i < packets; i++) {
                kernel.send(socket, "127.0.0.1", PORT, "packet " + i);
            }
            int expected = 0;
            int lost = 0;
            int received = 0;
            while (expected < packets) {
                Seen next = reader.next();
                lost += next.sequence() - expected;
                expected = next.sequence() + 1;
                received++;
            }
            assertEquals(packets, received + lost);
            assertTrue(received > packets / 2, "received " + received);
            long brought = channel.stats().datagrams() - datagrams;
            assertTrue(brought < received / 4, "in " + brought + " datagrams, so hardly any batches");
            assertTrue(reader.others.contains(new NetlinkControl.Done(0, 0)), () -> "" + reader.others);
        }
    }

    @Test
    void tellsLossesByGapsInTheSequence() throws Exception {
        int packets = 500;
        kernel.sh("iptables -A OUTPUT -p udp --dport 5000 -j NFLOG --nflog-group 200");
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket socket = kernel.udp(0)) {
            Reader reader = new Reader();
            NetlinkChannel channel = kernel.open(loop, PacketNamespace.options().withReceiveBufferBytes(16 * 1024));
            channel.pipeline().addLast(new NflogDecoder(channel.stats()), reader);
            assertEquals(0, ask(channel, bind(channel, GROUP, 1)));
            channel.config().setAutoRead(false);
            loop.settle();
            for (int i = 0; i < packets; i++) {
                kernel.send(socket, "127.0.0.1", PORT, "packet " + i);
            }
            long dropped = channel.kernelDrops();
            assertTrue(dropped > 0);
            channel.config().setAutoRead(true);
            for (int i = 0; i < packets - dropped; i++) {
                assertEquals(i, reader.next().sequence());
            }
            kernel.send(socket, "127.0.0.1", PORT, "one more");
            assertEquals(packets, reader.next().sequence());
            assertEquals(dropped, channel.kernelDrops());
        }
    }

    @Test
    void readsTwoGroupsOnTwoChannels() throws Exception {
        kernel.sh(
                "iptables -A OUTPUT -p udp --dport 5001 -j NFLOG --nflog-group 1",
                "iptables -A OUTPUT -p udp --dport 5002 -j NFLOG --nflog-group 2");
        try (CountingEventLoop first = Transport.EPOLL.eventLoop();
                CountingEventLoop second = Transport.EPOLL.eventLoop();
                DatagramSocket socket = kernel.udp(0)) {
            List<Reader> readers = List.of(new Reader(), new Reader());
            NetlinkChannel one = open(first, readers.get(0));
            NetlinkChannel two = open(second, readers.get(1));
            assertEquals(0, ask(one, bind(one, 1, 1)));
            assertEquals(0, ask(two, bind(two, 2, 1)));
            for (int i = 0; i < 100; i++) {
                kernel.send(socket, "127.0.0.1", 5001 + i % 2, "packet");
            }
            for (int i = 0; i < 50; i++) {
                for (int group = 1; group <= 2; group++) {
                    Seen next = readers.get(group - 1).next();
                    assertEquals(group, next.group());
                    assertEquals(5000 + group, next.port());
                    assertEquals(i, next.sequence());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAGroupThatSomebodyHas(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel owner = open(loop, new Reader());
            NetlinkChannel other = open(loop, reader);
            assertEquals(0, ask(owner, bind(owner, GROUP, 1)));
            assertEquals(Errno.EBUSY, ask(owner, bind(owner, GROUP, 1)));
            assertEquals(Errno.EPERM, ask(other, bind(other, GROUP, 1)));
            assertEquals(
                    Errno.EPERM,
                    assertInstanceOf(NetlinkControl.Failure.class, reader.others.element())
                            .errno());
            assertEquals(0, ask(owner, NflogRequests.unbind(owner.alloc(), GROUP)));
            assertEquals(0, ask(other, bind(other, GROUP, 1)));
            other.close().sync();
            // The descriptor goes when the loop has let go of it.
            int errno = ask(owner, bind(owner, GROUP, 1));
            for (int i = 0; i < 1000 && errno == Errno.EPERM; i++) {
                Thread.sleep(10);
                errno = ask(owner, bind(owner, GROUP, 1));
            }
            assertEquals(0, errno);
        }
    }

    @Test
    void copiesAsMuchAsIsAskedFor() throws Exception {
        kernel.sh("iptables -A OUTPUT -p udp -j NFLOG --nflog-group 200");
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop();
                DatagramSocket socket = kernel.udp(0)) {
            Reader reader = new Reader();
            NetlinkChannel channel = open(loop, reader);
            assertEquals(0, ask(channel, bind(channel, GROUP, 1)));
            int[] ranges = {0, NflogRequests.MOST_COPIED_BYTES, 24, 22};
            int[] lengths = {65_000 + 28, 65_000 + 28, 24, 22};
            int[] ports = {PORT, PORT, PORT, 0};
            for (int i = 0; i < ranges.length; i++) {
                assertEquals(0, ask(channel, copy(channel, NFULNL_COPY_PACKET, ranges[i])));
                kernel.send(socket, "127.0.0.1", PORT, "x".repeat(65_000));
                Seen seen = reader.next();
                assertEquals(lengths[i], seen.payloadLength());
                assertEquals(ports[i], seen.port());
            }
            for (int mode : new int[] {NFULNL_COPY_META, NFULNL_COPY_NONE}) {
                assertEquals(0, ask(channel, copy(channel, mode, 0)));
                kernel.send(socket, "127.0.0.1", PORT, "x");
                assertEquals(0, reader.next().payloadLength());
            }
        }
    }

    @Test
    void tellsTheVlanAndTheLinkHeaderOfABridgedPacket() throws Exception {
        Requires.tool("ip");
        Requires.tool("nft");
        kernel.sh(
                "ip link add br0 type bridge",
                "ip link add p0 type veth peer name p1",
                "ip link set p1 master br0",
                "for i in br0 p0 p1; do ip link set $i up; done",
                "nft add table bridge b",
                "nft add chain bridge b c '{ type filter hook prerouting priority 0; }'",
                "nft add rule bridge b c vlan id 77 log group 200 prefix bridged");
        String link = kernel.run("ip", "-o", "link", "show", "p0");
        int index = Integer.parseInt(link.substring(0, link.indexOf(':')));
        byte[] frame = Capture.read("packet/udp4.hex");
        byte[] tagged = Messages.join(
                Arrays.copyOf(frame, 12),
                Messages.octets(0x81, 0, 0xa0, 77),
                Arrays.copyOfRange(frame, 12, frame.length));
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel channel = open(loop, reader);
            assertEquals(0, ask(channel, bind(channel, GROUP, 1)));
            Seen seen = null;
            // The port takes nothing before it has found its peer up.
            for (int i = 0; i < 100 && seen == null; i++) {
                kernel.call(() -> sendFrame(index, tagged));
                seen = reader.seen.poll(100, TimeUnit.MILLISECONDS);
            }
            Seen bridged = assertInstanceOf(Seen.class, seen, "no packet came");
            assertEquals("bridged", bridged.prefix());
            assertTrue(bridged.vlan());
            assertEquals(0xa04d, bridged.vlanTci());
            assertEquals(14, bridged.linkHeaderLength());
            assertEquals(53, bridged.port());
        }
    }

    /** packet(7) */
    private static int sendFrame(int interfaceIndex, byte[] frame) {
        int fd = Libc.socket(AF_PACKET, Libc.SOCK_RAW, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, Integer.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(ValueLayout.JAVA_INT, 4, interfaceIndex);
            MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
            return Libc.sendto(fd, data.address(), frame.length, 0, address.address(), SOCKADDR_LL_BYTES);
        } finally {
            Libc.close(fd);
        }
    }

    /** Kernels without NETFILTER_NETLINK_GLUE_CT refuse, and say so. */
    @Test
    void asksForConntrack() throws Exception {
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            NetlinkChannel channel = open(loop, new Reader());
            assertEquals(0, ask(channel, bind(channel, GROUP, 1)));
            int errno = ask(
                    channel,
                    NflogRequests.withFlags(NflogRequests.configure(channel.alloc(), GROUP), NFULNL_CFG_F_CONNTRACK));
            assertTrue(errno == 0 || errno == Errno.EOPNOTSUPP, "errno " + errno);
        }
    }

    private NetlinkChannel open(CountingEventLoop loop, Reader reader) throws Exception {
        NetlinkOptions options = PacketNamespace.options();
        NetlinkChannel channel = kernel.open(loop, options);
        channel.pipeline().addLast(new NflogDecoder(channel.stats()), reader);
        return channel;
    }

    private static NetlinkRequest bind(NetlinkChannel channel, int group, int threshold) {
        NetlinkRequest request = NflogRequests.bind(channel.alloc(), group);
        return NflogRequests.withFlags(NflogRequests.withThreshold(request, threshold), SEQUENCES);
    }

    private static NetlinkRequest copy(NetlinkChannel channel, int mode, int range) {
        return NflogRequests.withCopyMode(NflogRequests.configure(channel.alloc(), GROUP), mode, range);
    }
}
