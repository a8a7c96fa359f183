package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab.Counted;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** What the client sends and the server answers, packet by packet, so that the octets of each flow are known. */
public final class Traffic {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int GRE = 47;
    public static final int ICMPV6 = 58;
    public static final int SCTP = 132;
    public static final int UDPLITE = 136;
    /** Reserved for experiments, RFC 3692: no tracker of the kernel's knows it. */
    public static final int EXPERIMENT = 253;

    /** The JDK's echo request, ICMP header included. */
    private static final int ECHO_OCTETS = 24;

    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int SOCKETS_AT_ONCE = 250;

    private final Lab lab;

    public Traffic(Lab lab) {
        this.lab = lab;
    }

    /** One request a flow and one answer: flow {@code i} carries {@link #requestOctets} and {@link #replyOctets} of payload. */
    public void manyUdpFlows(InetSocketAddress to, int firstPort, int count) throws IOException {
        Lab.in(lab.client(), () -> {
            for (int first = 0; first < count; first += SOCKETS_AT_ONCE) {
                exchange(to, firstPort, first, Math.min(count, first + SOCKETS_AT_ONCE));
            }
            return true;
        });
    }

    public static int requestOctets(int flow) {
        return 16 + flow % 97;
    }

    public static int replyOctets(int flow) {
        return 16 + flow % 89;
    }

    private static void exchange(InetSocketAddress to, int firstPort, int from, int end) throws IOException {
        List<DatagramSocket> sockets = new ArrayList<>();
        try {
            for (int flow = from; flow < end; flow++) {
                DatagramSocket socket = connected(to, firstPort + flow);
                sockets.add(socket);
                send(socket, requestOctets(flow), replyOctets(flow));
            }
            for (int flow = from; flow < end; flow++) {
                receive(sockets.get(flow - from), replyOctets(flow));
            }
        } finally {
            sockets.forEach(DatagramSocket::close);
        }
    }

    /** What one UDP flow of so many requests and answers counts in one direction. */
    public static Counted udpCount(InetSocketAddress to, int packets, int payloadOctets) {
        return new Counted(packets, (long) packets * (ipHeader(to.getAddress()) + 8 + payloadOctets));
    }

    /** A UDP flow: each request is answered by one datagram before the next leaves. */
    public void udp(InetSocketAddress to, int requests, int requestOctets, int replyOctets) throws IOException {
        try (OpenUdp flow = openUdp(to)) {
            flow.exchange(requests, requestOctets, replyOctets);
        }
    }

    /** A UDP flow that goes on: always from the same port. */
    public OpenUdp openUdp(InetSocketAddress to) throws IOException {
        return new OpenUdp(Lab.in(lab.client(), () -> connected(to, 0)));
    }

    /** A client's socket. */
    public static final class OpenUdp implements AutoCloseable {
        private final DatagramSocket socket;

        private OpenUdp(DatagramSocket socket) {
            this.socket = socket;
        }

        /** The client's. */
        public int localPort() {
            return socket.getLocalPort();
        }

        public void exchange(int requests, int requestOctets, int replyOctets) throws IOException {
            for (int i = 0; i < requests; i++) {
                send(socket, requestOctets, replyOctets);
                receive(socket, replyOctets);
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /** So many UDP flows of one of the client's addresses, a packet each way. */
    public void sessions(String from, InetSocketAddress to, int count) throws IOException {
        Lab.in(lab.client(), () -> {
            List<DatagramSocket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < count; i++) {
                    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address(from), 0));
                    sockets.add(socket);
                    socket.setSoTimeout(TIMEOUT_MILLIS);
                    socket.connect(to);
                    send(socket, 100, 200);
                }
                for (DatagramSocket socket : sockets) {
                    receive(socket, 200);
                }
            } finally {
                sockets.forEach(DatagramSocket::close);
            }
            return true;
        });
    }

    /** One packet from a port of its own, whatever becomes of it. */
    public void shoot(InetSocketAddress to, int octets) throws IOException {
        Lab.in(lab.client(), () -> {
            try (DatagramSocket socket = connected(to, 0)) {
                send(socket, octets, octets);
                return true;
            }
        });
    }

    private static DatagramSocket connected(InetSocketAddress to, int port) throws IOException {
        InetAddress local = to.getAddress().getAddress().length == 4 ? address(Lab.CLIENT4) : address(Lab.CLIENT6);
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(local, port));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(to);
        return socket;
    }

    private static void send(DatagramSocket socket, int octets, int replyOctets) throws IOException {
        byte[] payload = ByteBuffer.allocate(octets).putInt(replyOctets).array();
        socket.send(new DatagramPacket(payload, octets));
    }

    private static void receive(DatagramSocket socket, int octets) throws IOException {
        DatagramPacket reply = new DatagramPacket(new byte[2048], 2048);
        socket.receive(reply);
        assertEquals(octets, reply.getLength());
    }

    /**
     * A TCP connection that the client closes, from its first packet to its last.
     *
     * @param abort by a reset instead of an orderly end
     */
    public void tcp(InetSocketAddress to, int requestOctets, int replyOctets, boolean abort) throws IOException {
        int port = Lab.in(lab.client(), () -> {
            try (SocketChannel channel = SocketChannel.open(to)) {
                Channels.newOutputStream(channel)
                        .write(ByteBuffer.allocate(8 + requestOctets)
                                .putInt(requestOctets)
                                .putInt(replyOctets)
                                .array());
                assertEquals(replyOctets, Channels.newInputStream(channel).readNBytes(replyOctets).length);
                if (abort) {
                    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                } else {
                    channel.shutdownOutput();
                    assertEquals(-1, Channels.newInputStream(channel).read(), "the server closes too");
                }
                return ((InetSocketAddress) channel.getLocalAddress()).getPort();
            }
        });
        Wait.until("the router has seen the end", () -> isOver(port));
        lab.waitForQuiet();
    }

    /** Also if its entry has expired. */
    private boolean isOver(int port) throws IOException, InterruptedException {
        return lab.inRouter("conntrack", "-L", "-o", "extended")
                .lines()
                .filter(line -> line.contains(" tcp ") && line.contains(" sport=" + port + " "))
                .allMatch(line -> line.contains(" TIME_WAIT ") || line.contains(" CLOSE "));
    }

    /** One echo request and its answer. */
    public void echo(String to) throws IOException {
        Lab.in(lab.client(), () -> {
            assertTrue(address(to).isReachable(TIMEOUT_MILLIS), "no answer from " + to);
            return true;
        });
    }

    public static Counted echoCount(String to) {
        return new Counted(1, ipHeader(address(to)) + ECHO_OCTETS);
    }

    /** One packet, which nothing answers. */
    public void raw(String to, int protocol, String payloadHex) throws IOException, InterruptedException {
        Requires.tools("python3");
        String script = """
                import socket, sys
                to, protocol, payload = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3])
                family = socket.AF_INET6 if ':' in to else socket.AF_INET
                socket.socket(family, socket.SOCK_RAW, protocol).sendto(payload, (to, 0))
                """;
        Program.run(Lab.within(lab.client(), "python3", "-c", script, to, Integer.toString(protocol), payloadHex)
                .toArray(String[]::new));
    }

    public static Counted rawCount(String to, String payloadHex) {
        return new Counted(1, ipHeader(address(to)) + payloadHex.length() / 2);
    }

    public static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address(address), port);
    }

    static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    private static int ipHeader(InetAddress address) {
        return address.getAddress().length == 4 ? 20 : 40;
    }
}
