package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A nursd that packets wait for, and what becomes of them when it is killed, or does not answer. */
class NfqueueIT extends RouterTest {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final int PORT = 7009;
    private static final int MAX_LENGTH = 100;

    @TempDir
    Path directory;

    private final AtomicInteger sent = new AtomicInteger();
    private volatile boolean ended;
    private final BitSet received = new BitSet();

    @BeforeEach
    void tools() {
        Requires.tools("iptables", "setpriv");
    }

    /** In the router's namespace, as nobody, with CAP_NET_ADMIN alone. */
    private Program nursd(String keys) throws Exception {
        Path file = Files.writeString(directory.resolve("nurs.yaml"), """
                stacks:
                  - { name: queues, source: { type: nfqueue, %s }, exporters: [] }
                metrics: { listen: off }
                """.formatted(keys));
        assertTrue(directory.toFile().setExecutable(true, false));
        assertTrue(file.toFile().setReadable(true, false));
        List<String> command =
                new ArrayList<>(Lab.within(lab.router(), "setpriv", "--reuid", "65534", "--regid", "65534"));
        command.addAll(List.of("--clear-groups", "--inh-caps", "-all,+net_admin", "--ambient-caps", "-all,+net_admin"));
        command.addAll(List.of("--bounding-set", "-all,+net_admin"));
        command.addAll(List.of(LAUNCHER.toString(), "run", "--config", file.toString()));
        Program nursd = lab.closing(Program.start(command));
        nursd.waitForOutput("policy accept");
        return nursd;
    }

    private void rule(String target) throws Exception {
        lab.inRouter("sh", "-c", "iptables -w -A FORWARD -p udp --dport " + PORT + " -j NFQUEUE " + target);
    }

    /** Numbered datagrams, until {@link #ended}. */
    private Thread send() throws Exception {
        DatagramSocket socket = lab.closing(Lab.in(lab.client(), () -> new DatagramSocket()));
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(Lab.SERVER4), PORT);
        return Thread.ofPlatform()
                .daemon()
                .start(() -> Wait.unchecked(() -> {
                    while (!ended) {
                        socket.send(new DatagramPacket(
                                ByteBuffer.allocate(4).putInt(sent.get()).array(), 4, to));
                        sent.incrementAndGet();
                        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                    }
                    return true;
                }));
    }

    private void receive() throws Exception {
        DatagramSocket socket = lab.closing(Lab.in(
                lab.server(),
                () -> new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(Lab.SERVER4), PORT))));
        socket.setReceiveBufferSize(16 << 20);
        Thread.ofPlatform().daemon().start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[4], 4);
            try {
                while (true) {
                    socket.receive(packet);
                    synchronized (received) {
                        received.set(ByteBuffer.wrap(packet.getData()).getInt());
                    }
                }
            } catch (IOException e) {
                // The lab has closed it.
            }
        });
    }

    private int arrived() {
        synchronized (received) {
            return received.cardinality();
        }
    }

    private boolean hasArrived(int number) {
        synchronized (received) {
            return received.get(number);
        }
    }

    private int missing(int from, int to) {
        synchronized (received) {
            return to - from - received.get(from, to).cardinality();
        }
    }

    private void waitForMore(int packets) {
        int before = sent.get();
        Wait.until("more were sent", () -> sent.get() > before + packets);
    }

    /** The kernel drops what waits in the queue at that moment, and nothing else. */
    @Test
    void trafficGoesOnWhenNursdIsKilled() throws Exception {
        rule("--queue-num 5 --queue-bypass");
        receive();
        Program nursd = nursd("queues: 5, max-length: " + MAX_LENGTH);
        Thread sender = send();
        waitForMore(1_000);
        int before = sent.get();
        nursd.signal("KILL");
        nursd.exitCode();
        int after = sent.get();
        waitForMore(1_000);
        ended = true;
        sender.join();
        Wait.until("the last has arrived", () -> hasArrived(sent.get() - 1));
        assertEquals(0, missing(after + 1, sent.get()), "of those sent when it was gone");
        assertEquals(0, missing(0, Math.max(0, before - MAX_LENGTH)), "of those sent before");
        int lost = missing(0, sent.get());
        assertTrue(lost <= MAX_LENGTH, lost + " lost");
        System.out.println("kill -9 lost " + lost + " of " + sent + " packets");
    }

    /** It is stopped, as one that stalls for long: packets that find the queue full pass, and those in it wait until it goes on. */
    @Test
    void trafficGoesOnWhileNursdStandsStill() throws Exception {
        rule("--queue-num 5");
        receive();
        Program nursd = nursd("queues: 5, max-length: " + MAX_LENGTH);
        Thread sender = send();
        waitForMore(500);
        nursd.signal("STOP");
        waitForMore(2_000);
        Wait.until("packets pass", () -> arrived() > sent.get() - 2 * MAX_LENGTH && sent.get() > 2_500);
        assertTrue(missing(0, sent.get() - 1) >= MAX_LENGTH / 2, "some wait");
        nursd.signal("CONT");
        waitForMore(500);
        ended = true;
        sender.join();
        Wait.until(() -> missing(0, sent.get()) + " missing", () -> missing(0, sent.get()) == 0);
        assertEquals(0, nursd.end(), nursd.output());
        assertTrue(nursd.output().contains("queue 5, "), nursd.output());
        assertTrue(nursd.output().contains(" 0 verdicts refused, "), nursd.output());
    }
}
