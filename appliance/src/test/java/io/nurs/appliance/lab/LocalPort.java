package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** UDP ports on 127.0.0.1, where collectors listen. */
final class LocalPort {
    private LocalPort() {}

    /** Below those that the kernel gives to clients: nobody gets it by chance before the collector does. */
    static int free() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
            try (DatagramSocket socket = new DatagramSocket(port, InetAddress.ofLiteral("127.0.0.1"))) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // Somebody has it: the next.
            }
        }
    }

    static void waitUntilBound(int port, Program program) {
        Wait.until("something listens on port " + port, () -> {
            assertTrue(program.isRunning(), Wait.unchecked(program::output));
            return queuedOctets(port) >= 0;
        });
    }

    static void waitUntilRead(int port) {
        Wait.until("port " + port + " has been read", () -> queuedOctets(port) <= 0);
    }

    /** Octets that wait in the socket bound to this port; -1 if there is none. Columns of /proc/net/udp: proc_net(5). */
    private static long queuedOctets(int port) throws IOException {
        String local = "0100007F:%04X".formatted(port);
        for (String line : Files.readAllLines(Path.of("/proc/net/udp"))) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns[1].equals(local)) {
                return Long.parseLong(columns[4].split(":", -1)[1], 16);
            }
        }
        return -1;
    }
}
