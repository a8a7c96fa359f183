package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.Transport;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.export.FlowExporter;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.policy.PacketPolicy;
import io.nurs.appliance.policy.QueuedPacket;
import io.nurs.appliance.policy.VerdictStats;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.QueueState;
import io.nurs.netlink.nfqueue.Verdict;
import io.nurs.netlink.packet.PacketHeaders;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code type: nfqueue} on the real kernel: each verdict is seen to act.
 *
 * <p>Longer than a class should be, by a test for each verdict and for each way in which nursd may fail to give one.
 */
class NfqueueTest extends RouterTest {
    private static final InetSocketAddress PLAIN4 = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress PLAIN6 = Traffic.at(Lab.SERVER6, Lab.PLAIN);
    private static final int ECHO_PORT = 7009;

    @BeforeEach
    void tools() {
        Requires.tools("iptables");
    }

    private void rule(String rule) throws IOException, InterruptedException {
        for (String tool : List.of("iptables", "ip6tables")) {
            lab.inRouter("sh", "-c", tool + " -w " + rule);
        }
    }

    /** Packets that a rule of the router's has matched. */
    private long matched(String table, String chain, String text) throws IOException, InterruptedException {
        Pattern line = Pattern.compile("(?m)^ *(\\d+) +\\d+ .*" + Pattern.quote(text));
        Matcher matcher = line.matcher(lab.inRouter("iptables", "-w", "-t", table, "-nvxL", chain));
        assertTrue(matcher.find(), text);
        return Long.parseLong(matcher.group(1));
    }

    private static String source(String lab, String keys) {
        return "{ type: nfqueue, namespace: " + lab + ", " + keys + " }";
    }

    private Subject start(String keys) throws Exception {
        return lab.closing(Subject.start("""
                stacks:
                  - { name: queues, source: %s, exporters: [] }
                """.formatted(source(lab.router(), keys))));
    }

    private static List<NfqueueSource> queues(Subject subject) {
        return subject.appliance().sources().stream()
                .map(NfqueueSource.class::cast)
                .toList();
    }

    private static VerdictStats stats(Subject subject) {
        return queues(subject).getFirst().decided();
    }

    /** What the server gets on a port of its own, as text. */
    private DatagramSocket receiver(String address) throws IOException {
        DatagramSocket socket = Lab.in(
                lab.server(),
                () -> new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), ECHO_PORT)));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private void send(String to, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        Lab.in(lab.client(), () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(
                        octets, octets.length, new InetSocketAddress(InetAddress.ofLiteral(to), ECHO_PORT)));
                return true;
            }
        });
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    @Test
    void acceptsAndDropsWhatAnExpressionNames() throws Exception {
        rule("-A FORWARD -j NFQUEUE --queue-num 5");
        Subject subject = start(
                "queues: 5, policy: { drop-if: 'protocol == udp and destinationTransportPort == " + ECHO_PORT + "' }");
        try (DatagramSocket receiver = receiver(Lab.SERVER4)) {
            send(Lab.SERVER4, "dropped");
            traffic.udp(PLAIN4, 10, 100, 200);
            traffic.udp(PLAIN6, 10, 100, 200);
            traffic.tcp(PLAIN4, 100_000, 100_000, false);
            Wait.until("the queue is empty", () -> state(subject).waiting() == 0);
            VerdictStats stats = stats(subject);
            assertEquals(1, stats.dropped());
            assertEquals(stats.packets(), stats.accepted() + 1);
            assertTrue(stats.accepted() > 40, "" + stats.accepted());
            assertEquals(0, queues(subject).getFirst().refused());
            receiver.setSoTimeout(1);
            assertThrows(IOException.class, () -> receive(receiver));
        }
    }

    private static QueueState state(Subject subject) {
        return Objects.requireNonNull(queues(subject).getFirst().state());
    }

    /** A rule of the same hook that comes later drops what is accepted, but not what is stopped: it goes past it. */
    @ParameterizedTest
    @ValueSource(strings = {"accept", "stop"})
    void stopGoesPastTheRulesThatFollow(String verdict) throws Exception {
        rule("-t mangle -A FORWARD -p udp --dport " + ECHO_PORT + " -j NFQUEUE --queue-num 5");
        rule("-A FORWARD -p udp --dport " + ECHO_PORT + " -j DROP");
        Subject subject = start("queues: 5, policy: " + verdict);
        try (DatagramSocket receiver = receiver(Lab.SERVER4)) {
            send(Lab.SERVER4, "hello");
            Wait.until("one was decided on", () -> stats(subject).packets() == 1);
            if (verdict.equals("stop")) {
                assertEquals("hello", receive(receiver));
                assertEquals(1, stats(subject).stopped());
            } else {
                Wait.until("the rule has met it", () -> matched("filter", "FORWARD", "DROP") == 1);
            }
        }
    }

    @Test
    void repeatsWithAMarkThatTheRulePassesOver() throws Exception {
        rule("-A FORWARD -p udp -m mark ! --mark 10 -j NFQUEUE --queue-num 5");
        rule("-A FORWARD -p udp -m mark --mark 10 -j ACCEPT");
        Subject subject = start("queues: 5, policy: { verdict: repeat, mark: 10 }");
        traffic.udp(PLAIN4, 10, 100, 200);
        assertEquals(20, stats(subject).repeated());
        assertEquals(20, matched("filter", "FORWARD", "ACCEPT"));
        assertEquals(20, matched("filter", "FORWARD", "NFQUEUE"));
    }

    /** The rule does not pass over marked packets: they come back once, and are let go. */
    @Test
    void repeatsNothingForEver() throws Exception {
        rule("-A FORWARD -p udp -j NFQUEUE --queue-num 5");
        Subject subject = start("queues: 5, policy: { verdict: repeat, mark: 0x10/0xf0 }");
        traffic.udp(PLAIN4, 10, 100, 200);
        assertEquals(20, stats(subject).repeated());
        assertEquals(20, stats(subject).loops());
        assertEquals(40, stats(subject).packets());
    }

    @Test
    void handsOnToAnotherQueue() throws Exception {
        rule("-A FORWARD -p udp -j NFQUEUE --queue-num 5");
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: first, source: %s, exporters: [] }
                  - { name: second, source: %s, exporters: [] }
                """.formatted(
                        source(lab.router(), "queues: 5, policy: queue 6"),
                        source(lab.router(), "queues: 6, policy: { drop-if: destinationTransportPort == 7009 }"))));
        traffic.udp(PLAIN4, 10, 100, 200);
        send(Lab.SERVER4, "dropped there");
        Wait.until("all went on", () -> queues(subject).get(1).decided().packets() == 21);
        assertEquals(21, stats(subject).requeued());
        assertEquals(20, queues(subject).get(1).decided().accepted());
        assertEquals(1, queues(subject).get(1).decided().dropped());
    }

    /** With fail-open a queue that nobody has lets pass. */
    @Test
    void handsOnToAQueueThatNobodyHas() throws Exception {
        rule("-A FORWARD -p udp -j NFQUEUE --queue-num 5");
        Subject subject = start("queues: 5, policy: queue 77");
        traffic.udp(PLAIN4, 10, 100, 200);
        assertEquals(20, stats(subject).requeued());
    }

    @Test
    void rewritesHeadersAndMarks() throws Exception {
        rule("-A FORWARD -p udp --dport " + ECHO_PORT + " -j NFQUEUE --queue-num 5");
        rule("-A FORWARD -p tcp -j NFQUEUE --queue-num 5");
        lab.nft("table inet seen {\n counter marked { }\n chain out { type filter hook postrouting priority 300;"
                + " udp dport " + ECHO_PORT + " meta mark 0x1a0 counter name marked; }\n}");
        Lab.in(
                lab.server(),
                () -> Program.run(
                        "nft",
                        "table inet seen {\n counter four { }\n counter six { }\n chain in { type filter hook input priority -300;"
                                + " ip ttl 77 ip dscp 10 udp dport " + ECHO_PORT + " counter name four;"
                                + " ip6 hoplimit 77 ip6 dscp 10 udp dport " + ECHO_PORT + " counter name six; }\n}"));
        Subject subject = start("queues: 5, policy: { rewrite: { ttl: 77, dscp: 10 }, mark: 0x1a0/0xff0 }");
        for (String address : List.of(Lab.SERVER4, Lab.SERVER6)) {
            try (DatagramSocket receiver = receiver(address)) {
                for (String text : List.of("odd", "even")) {
                    send(address, text);
                    assertEquals(text, receive(receiver));
                }
            }
        }
        traffic.tcp(PLAIN4, 200_000, 200_000, false);
        traffic.tcp(PLAIN6, 200_000, 200_000, false);
        assertEquals(4, counter(lab.router(), "marked"));
        assertEquals(2, counter(lab.server(), "four"));
        assertEquals(2, counter(lab.server(), "six"));
        assertEquals(stats(subject).packets(), stats(subject).changed());
        assertEquals(0, stats(subject).unchangeable());
    }

    private static long counter(String namespace, String name) throws IOException {
        String text = Lab.in(namespace, () -> Program.run("nft", "list", "counter", "inet", "seen", name));
        Matcher matcher = Pattern.compile("packets (\\d+)").matcher(text);
        assertTrue(matcher.find(), text);
        return Long.parseLong(matcher.group(1));
    }

    /** A policy of one's own. */
    private NfqueueSource open(String keys, PacketPolicy policy) throws Exception {
        NfqueueSourceConfig config = (NfqueueSourceConfig) ConfigLoader.parse(
                        "test.yaml",
                        "stacks:\n  - { name: queues, source: " + source(lab.router(), keys) + ", exporters: [] }")
                .sources()
                .getFirst();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                1, Transports.of(Transport.EPOLL).handlers());
        lab.closing(loops::shutdownGracefully);
        NfqueueSource source = NfqueueSource.open(config, 0, policy, loops.next(), new FlowExporter(List.of()));
        lab.closing(source::stop);
        return source;
    }

    /** What nurs's example mtnfq_repeat did: the payload of echo requests changed, mark 10, once more through the rules. */
    @Test
    void aPolicyRewritesPingsAndRepeatsThem() throws Exception {
        rule("-A FORWARD -p icmp -m mark ! --mark 10 -j NFQUEUE --queue-num 5");
        NfqueueSource source = open("queues: 5, copy-range: 65531", packet -> {
            raiseLetters(packet);
            packet.changed();
            packet.mark(10);
            return Verdict.NF_REPEAT;
        });
        Lab.in(lab.client(), () -> Program.run("python3", "-c", PING, Lab.SERVER4, "abcdefghi"));
        assertEquals(2, source.decided().repeated());
        assertEquals(2, source.decided().changed());
        assertEquals(2, source.decided().marked());
    }

    /** Sends an echo request, and wants its payload back in capitals; a wrong checksum would have no answer. */
    private static final String PING = """
            import socket, struct, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            s.settimeout(20)
            data = struct.pack('!BBHHH', 8, 0, 0, 77, 1) + sys.argv[2].encode()
            padded = data + b'\\0' * (len(data) % 2)
            total = sum(struct.unpack('!%dH' % (len(padded) // 2), padded))
            total = (total >> 16) + (total & 0xffff)
            s.sendto(data[:2] + struct.pack('!H', ~(total + (total >> 16)) & 0xffff) + data[4:], (sys.argv[1], 0))
            while True:
                reply = s.recv(2048)[20:]
                if reply[0] == 0 and reply[4:6] == data[4:6]:
                    break
            assert reply[8:] == sys.argv[2].upper().encode(), reply
            """;

    private static void raiseLetters(QueuedPacket packet) {
        PacketHeaders headers = packet.headers();
        MemorySegment memory = packet.message().memory();
        long end = headers.payloadOffset() + headers.payloadLength();
        for (long at = headers.payloadOffset(); at < end; at++) {
            byte octet = memory.get(ValueLayout.JAVA_BYTE, at);
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) Character.toUpperCase((char) octet));
        }
    }

    @Test
    void aPolicyRewritesWhatTcpAndUdpCarry() throws Exception {
        rule("-A FORWARD -j NFQUEUE --queue-num 5");
        NfqueueSource source = open("queues: 5, copy-range: 65531, gso: false", packet -> {
            if (packet.headers().payloadLength() > 0 && packet.mayChange()) {
                raiseLetters(packet);
                packet.changed();
            }
            return Verdict.NF_ACCEPT;
        });
        for (String address : List.of(Lab.SERVER4, Lab.SERVER6)) {
            try (DatagramSocket receiver = receiver(address)) {
                send(address, "hello, world");
                assertEquals("HELLO, WORLD", receive(receiver));
            }
            String text = "some text, an odd number of octets".repeat(5_001);
            assertEquals(text.toUpperCase(Locale.ROOT), overTcp(address, text));
        }
        assertTrue(source.decided().changed() > 4);
    }

    /** What the server gets of it. */
    private String overTcp(String address, String text) throws Exception {
        InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral(address), ECHO_PORT);
        try (ServerSocket server = Lab.in(lab.server(), () -> {
                    ServerSocket socket = new ServerSocket();
                    socket.setSoTimeout(20_000);
                    socket.bind(at);
                    return socket;
                });
                Socket client = Lab.in(lab.client(), () -> new Socket(at.getAddress(), ECHO_PORT));
                Socket accepted = server.accept()) {
            accepted.setSoTimeout(20_000);
            Thread writer = Thread.ofPlatform()
                    .start(() -> Wait.unchecked(() -> {
                        try (OutputStream out = client.getOutputStream()) {
                            out.write(text.getBytes(StandardCharsets.US_ASCII));
                        }
                        return true;
                    }));
            String got = new String(accepted.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            writer.join();
            return got;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPolicyThatFailsLeavesNothingWaiting(boolean failOpen) throws Exception {
        rule("-A FORWARD -p udp --dport " + ECHO_PORT + " -j NFQUEUE --queue-num 5");
        NfqueueSource source = open("queues: 5, fail-open: " + failOpen, packet -> {
            throw new IllegalStateException("made to fail");
        });
        try (DatagramSocket receiver = receiver(Lab.SERVER4)) {
            send(Lab.SERVER4, "hello");
            if (failOpen) {
                assertEquals("hello", receive(receiver));
            }
            VerdictStats stats = source.decided();
            Wait.until("it failed", () -> stats.failed() == 1 && stats.accepted() + stats.dropped() == 1);
            assertEquals(failOpen ? 1 : 0, stats.accepted());
            Wait.until(
                    "none waits", () -> Objects.requireNonNull(source.state()).waiting() == 0);
        }
    }

    @Test
    void balancesOverFourQueues() throws Exception {
        rule("-A FORWARD -j NFQUEUE --queue-balance 0:3");
        Subject subject = start("queues: 0-3");
        Lab.in(lab.client(), () -> {
            for (int i = 10; i < 42; i++) {
                Program.run("ip", "address", "add", "198.51.100." + i + "/24", "dev", "eth0");
            }
            return true;
        });
        for (int i = 10; i < 42; i++) {
            traffic.sessions("198.51.100." + i, PLAIN4, 10);
        }
        Counted forwarded = lab.forwarded();
        long decided = 0;
        for (NfqueueSource queue : queues(subject)) {
            assertTrue(queue.decided().packets() > 0, "queue " + queue.number());
            assertEquals(0, queue.refused());
            decided += queue.decided().accepted();
        }
        assertEquals(640, decided);
        assertTrue(forwarded.packets() >= 640, "" + forwarded);
    }

    /** Packets come while it stops, and all that come in go out. */
    @Test
    void stopsWithoutLosingAPacket() throws Exception {
        String udp = "-p udp --dport " + ECHO_PORT;
        lab.inRouter("sh", "-c", "iptables -w -t mangle -A PREROUTING " + udp);
        rule("-A FORWARD " + udp + " -j NFQUEUE --queue-num 5 --queue-bypass");
        lab.inRouter("sh", "-c", "iptables -w -t mangle -A POSTROUTING " + udp);
        Subject subject = start("queues: 5");
        VerdictStats stats = queues(subject).getFirst().decided();
        AtomicBoolean ended = new AtomicBoolean();
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(Lab.SERVER4), ECHO_PORT);
        try (DatagramSocket receiver = receiver(Lab.SERVER4);
                DatagramSocket client = Lab.in(lab.client(), () -> new DatagramSocket())) {
            Thread sender = Thread.ofPlatform()
                    .start(() -> Wait.unchecked(() -> {
                        while (!ended.get()) {
                            client.send(new DatagramPacket(new byte[3], 3, to));
                            LockSupport.parkNanos(20_000);
                        }
                        return receiver.isBound();
                    }));
            Wait.until("some were decided on", () -> stats.packets() > 500);
            subject.close();
            long decided = stats.packets();
            Wait.until("more came", () -> matched("mangle", "POSTROUTING", "dpt:" + ECHO_PORT) > decided + 500);
            ended.set(true);
            sender.join();
        }
        assertEquals(
                matched("mangle", "PREROUTING", "dpt:" + ECHO_PORT),
                matched("mangle", "POSTROUTING", "dpt:" + ECHO_PORT));
    }

    /** Its records are dropped, and counted; packets go on. */
    @Test
    void aCollectorThatTakesNoMoreHoldsNoPacketUp() throws Exception {
        rule("-A FORWARD -p udp -j NFQUEUE --queue-num 5");
        try (ServerSocket silent = new ServerSocket()) {
            silent.setReceiveBufferSize(4096);
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Subject subject = lab.closing(Subject.start(
                    """
                    stacks:
                      - { name: queues, source: %s, exporters: [stuck, main] }
                    exporters:
                      stuck: { type: ipfix, transport: tcp, collector: "127.0.0.1:%d", flush-interval: 20ms }
                      main: { type: ipfix, collector: "127.0.0.1:%d", flush-interval: 20ms }
                    """.formatted(source(lab.router(), "queues: 5"), silent.getLocalPort(), collector.port())));
            Collector stuck = subject.appliance().collectors().getFirst();
            long packets = 0;
            for (int i = 0; i < 400 && stuck.notSent().flows() == 0; i++) {
                traffic.manyUdpFlows(PLAIN4, 20_000, 250);
                packets += 500;
            }
            long all = packets;
            Wait.until("all were decided on", () -> stats(subject).accepted() == all);
            assertTrue(stuck.notSent().flows() > 0, all + " packets");
            Wait.until(
                    "the other collector got all",
                    () -> subject.appliance().collectors().get(1).encoded().flowRecords() == all);
        }
    }

    /** The queue is not given back meanwhile: no packet passes undecided. */
    @Test
    void aReloadTakesUpAnotherPolicy() throws Exception {
        rule("-A FORWARD -p udp --dport " + ECHO_PORT + " -j NFQUEUE --queue-num 5");
        Subject subject = start("queues: 5");
        NfqueueSource source = queues(subject).getFirst();
        try (DatagramSocket receiver = receiver(Lab.SERVER4)) {
            send(Lab.SERVER4, "hello");
            assertEquals("hello", receive(receiver));
            ReloadOutcome outcome = subject.appliance()
                    .reload(ConfigLoader.parse(
                            "test.yaml",
                            "stacks:\n  - { name: queues, source: " + source(lab.router(), "queues: 5, policy: drop")
                                    + ", exporters: [] }"));
            assertTrue(outcome.reloaded(), outcome.words());
            assertEquals(List.of(source), queues(subject));
            Wait.until("packets are dropped", () -> {
                send(Lab.SERVER4, "dropped");
                return source.decided().dropped() > 0;
            });
        }
    }

    @Test
    void saysWhoHasTheQueue() throws Exception {
        Subject first = start("queues: 5");
        StartException refused = assertThrows(StartException.class, () -> start("queues: 4-5"));
        assertTrue(
                refused.advice().contains("queue 5 belongs to ")
                        && refused.advice().contains("the kernel gives a queue to one program only"),
                refused.advice());
        first.close();
        start("queues: 4-5");
    }
}
