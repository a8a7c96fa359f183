package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A service manager's ear: the datagram socket that $NOTIFY_SOCKET names. The JDK has none of this kind, Netty does. */
public final class NotifyReceiver implements AutoCloseable {
    public static final String KEEP_ALIVE = "WATCHDOG=1";
    private static final int LONGEST = 4096;

    private final String address;
    private final Socket socket;
    private final List<String> received = new ArrayList<>();

    private NotifyReceiver(String address, Socket socket) {
        this.address = address;
        this.socket = socket;
    }

    /**
     * Listens.
     *
     * @param address a path, or with @ an abstract name
     */
    public static NotifyReceiver open(String address) throws IOException {
        Epoll.ensureAvailability();
        Socket socket = Socket.newSocketDomainDgram();
        socket.bind(new DomainSocketAddress(address.replaceFirst("^@", "\0")));
        return new NotifyReceiver(address, socket);
    }

    /** What tells a program of it, with keep-alives if {@code watchdogMicros} is not 0. */
    public Map<String, String> environment(long watchdogMicros) {
        return watchdogMicros == 0
                ? Map.of("NOTIFY_SOCKET", address)
                : Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", Long.toString(watchdogMicros));
    }

    /** All messages so far. */
    public List<String> received() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
        for (int length = socket.recv(buffer, 0, LONGEST); length > 0; length = socket.recv(buffer, 0, LONGEST)) {
            byte[] octets = new byte[length];
            buffer.get(0, octets);
            received.add(new String(octets, StandardCharsets.UTF_8));
        }
        return List.copyOf(received);
    }

    /** How many keep-alives came so far. */
    public long keepAlives() throws IOException {
        return received().stream().filter(KEEP_ALIVE::equals).count();
    }

    /** Waits for so many more. */
    public void waitForKeepAlives(int more) throws IOException {
        long goal = keepAlives() + more;
        Wait.until(() -> more + " more keep-alives in " + received, () -> keepAlives() >= goal);
    }

    /** Waits for a message with this line, and returns it. */
    public String waitFor(String line) {
        Wait.until(
                () -> line + " in " + received, () -> received().stream().anyMatch(message -> hasLine(message, line)));
        return received.stream()
                .filter(message -> hasLine(message, line))
                .findFirst()
                .orElseThrow();
    }

    private static boolean hasLine(String message, String line) {
        return message.lines().anyMatch(line::equals);
    }

    /** Lets its queue overflow: the next message is refused until something is read. */
    public void overflow() throws IOException {
        Socket other = Socket.newSocketDomainDgram();
        try {
            byte[] to = address.replaceFirst("^@", "\0").getBytes(StandardCharsets.UTF_8);
            ByteBuffer message = ByteBuffer.allocateDirect(1);
            int sent = 0;
            // net.unix.max_dgram_qlen is 10, or 512 under systemd.
            while (other.sendToDomainSocket(message, 0, 1, to) > 0) {
                assertTrue(++sent < 100_000, "no end to the queue");
            }
        } finally {
            other.close();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
