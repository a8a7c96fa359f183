package io.nurs.appliance.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Traffic through a {@link DemoLab}: TCP connections and UDP exchanges, some short, some as long as the whole, and pings,
 * over IPv4 and IPv6, one of them through NAT. The same flows and payloads each time, about 4 MB in 8 seconds.
 */
public final class DemoTraffic implements AutoCloseable {
    private static final long PROGRESS_MILLIS = 200;
    /** The router's counter has stood still for so long: longer than a TCP acknowledgement is put off. */
    private static final int QUIET_ROUNDS = 3;

    private static final int ANSWER_MILLIS = 2000;
    private static final int SHORT_FLOWS = 4;

    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int DNS = 53;
    private static final int RTP = 5004;
    private static final int SYSLOG = 514;

    private final DemoLab lab;
    private final long millis;
    private final DemoThreads threads = new DemoThreads();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    /**
     * How far it is.
     *
     * @param started flows of which a first packet was or is about to be sent; so the other
     */
    public record Progress(int started, int ended, Forwarded forwarded) {}

    private DemoTraffic(DemoLab lab, Duration length) {
        this.lab = lab;
        this.millis = length.toMillis();
    }

    /** Starts it; it takes {@code length} and a little more. */
    public static DemoTraffic start(DemoLab lab, Duration length) throws IOException {
        DemoTraffic traffic = new DemoTraffic(lab, length);
        try {
            traffic.respond();
            traffic.send();
            return traffic;
        } catch (IOException | RuntimeException e) {
            traffic.close();
            throw e;
        }
    }

    public Progress progress() throws IOException {
        return new Progress(started.get(), ended.get(), lab.forwarded());
    }

    /**
     * Waits until all flows have ended and no packet is on its way any more.
     *
     * @param onProgress called by this thread, about five times a second
     * @throws IOException if a flow failed
     */
    public void await(Consumer<Progress> onProgress) throws IOException, InterruptedException {
        while (!threads.awaitIdle(PROGRESS_MILLIS)) {
            onProgress.accept(progress());
        }
        Progress last = progress();
        for (int quiet = 0; quiet < QUIET_ROUNDS; ) {
            Thread.sleep(PROGRESS_MILLIS / 2);
            Progress now = progress();
            quiet = now.equals(last) ? quiet + 1 : 0;
            last = now;
        }
        onProgress.accept(last);
    }

    /** Ends all threads and sockets, the flows' included if they still run. */
    @Override
    public void close() {
        threads.close();
    }

    private void respond() throws IOException {
        DemoResponder responder = new DemoResponder(threads);
        responder.tcp(Endpoint.ipv4(lab.server(), HTTP));
        responder.tcp(Endpoint.ipv4(lab.server(), HTTPS));
        responder.tcp(Endpoint.ipv4(lab.server(), DemoLab.NAT_PORT));
        responder.udp(Endpoint.ipv4(lab.server(), DNS));
        responder.udp(Endpoint.ipv4(lab.server(), RTP));
        responder.udp(Endpoint.ipv4(lab.client(), SYSLOG));
        if (lab.hasIpv6()) {
            responder.tcp(Endpoint.ipv6(lab.server(), HTTP));
            responder.tcp(Endpoint.ipv6(lab.server(), HTTPS));
            responder.udp(Endpoint.ipv6(lab.server(), DNS));
            responder.udp(Endpoint.ipv6(lab.server(), RTP));
        }
    }

    private void send() {
        bothWays(Endpoint.ipv4(lab.client(), 0), lab.server().ipv4());
        if (lab.hasIpv6()) {
            bothWays(Endpoint.ipv6(lab.client(), 0), lab.server().ipv6());
        }
        tcp(0, Endpoint.ipv4(lab.client(), 0), Endpoint.ipv4(lab.server(), DemoLab.NAT_PORT), 300, 10_000, 10_000);
        // From the other side, and not answered.
        udp(0, Endpoint.ipv4(lab.server(), 0), Endpoint.ipv4(lab.client(), SYSLOG), 400, 300, 0);
    }

    private void bothWays(Endpoint client, InetAddress server) {
        Endpoint to = new Endpoint(lab.server().namespace(), server, 0);
        tcp(0, client, to.at(HTTPS), 200, 2_000, 20_000);
        udp(0, client, to.at(RTP), 50, 1_000, 1);
        ping(client, to);
        for (int i = 0; i < SHORT_FLOWS; i++) {
            long delay = millis * i / SHORT_FLOWS;
            tcp(delay, client, to.at(HTTP), millis, 400, 60_000);
            udp(delay, client, to.at(DNS), millis, 60, 1);
        }
    }

    /** One connection, a request each {@code pause} until the time is over: {@code up} octets there, {@code down} back. */
    private void tcp(long delay, Endpoint from, Endpoint to, long pause, int up, int down) {
        flow("tcp to " + to, delay, () -> {
            try (SocketChannel channel = threads.open(from.namespace(), () -> SocketChannel.open(to.family()))) {
                channel.bind(from.address());
                channel.connect(to.address());
                OutputStream out = channel.socket().getOutputStream();
                DataInputStream in = new DataInputStream(channel.socket().getInputStream());
                byte[] request = ByteBuffer.allocate(2 * Integer.BYTES + up)
                        .putInt(up)
                        .putInt(down)
                        .array();
                for (long round = rounds(delay, pause); round > 0; round--) {
                    out.write(request);
                    in.skipNBytes(down);
                    threads.pause(round > 1 ? pause : 0);
                }
            }
        });
    }

    /** One socket, a datagram each {@code pause} until the time is over, and {@code answers} to each. */
    private void udp(long delay, Endpoint from, Endpoint to, long pause, int octets, int answers) {
        flow("udp to " + to, delay, () -> {
            try (DatagramChannel channel = threads.open(from.namespace(), () -> DatagramChannel.open(to.family()))) {
                channel.bind(from.address());
                DatagramSocket socket = channel.socket();
                socket.setSoTimeout(ANSWER_MILLIS);
                byte[] payload = new byte[octets];
                payload[0] = (byte) answers;
                for (long round = rounds(delay, pause); round > 0; round--) {
                    socket.send(new DatagramPacket(payload, octets, to.address()));
                    for (int i = 0; i < answers; i++) {
                        socket.receive(new DatagramPacket(new byte[octets], octets));
                    }
                    threads.pause(round > 1 ? pause : 0);
                }
            } catch (SocketTimeoutException e) {
                throw new IOException("no answer from " + to, e);
            }
        });
    }

    /** An echo a second. Root's isReachable sends ICMP or ICMPv6, from the namespace of the thread that calls it. */
    private void ping(Endpoint from, Endpoint to) {
        flow(
                "ping " + to.host(),
                0,
                () -> from.namespace().call(() -> {
                    for (long round = rounds(0, 1000); round > 0; round--) {
                        if (!to.host().isReachable(ANSWER_MILLIS)) {
                            throw new IOException("no echo from " + to.host());
                        }
                        threads.pause(round > 1 ? 1000 : 0);
                    }
                    return to;
                }));
    }

    private void flow(String name, long delay, DemoThreads.Task task) {
        threads.run(name, () -> {
            threads.pause(delay);
            started.incrementAndGet();
            task.run();
            ended.incrementAndGet();
        });
    }

    /** At least one, so that the last starts before the time is over. */
    private long rounds(long delay, long pause) {
        return Math.max((millis - delay) / pause, 1);
    }
}
