package io.nurs.appliance.command;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datagram socket that a service manager listens on, as $NOTIFY_SOCKET names it: an absolute path, or with @ an abstract
 * name. For one thread at a time. sd_notify(3), unix(7)
 */
final class NotifySocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);
    /** UNIX_PATH_MAX, linux/un.h */
    private static final int LONGEST_ADDRESS = 108;

    private final String name;
    private final byte[] address;
    private final Socket socket;
    private boolean lost;

    private NotifySocket(String name, byte[] address, Socket socket) {
        this.name = name;
        this.address = address;
        this.socket = socket;
    }

    /** Null, and a warning, if there is nobody to speak to. Netty's native library has to be there: after the transport. */
    static @Nullable NotifySocket open(String name) {
        try {
            return new NotifySocket(name, address(name), Socket.newSocketDomainDgram());
        } catch (IllegalArgumentException | ChannelException e) {
            LOG.warn(
                    "NOTIFY_SOCKET={}: {}; nursd runs, but no service manager is told so: with Type=notify it will take the"
                            + " start for failed. Use Type=exec without WatchdogSec=",
                    name,
                    e.getMessage());
            return null;
        }
    }

    private static byte[] address(String name) {
        if (name.startsWith("vsock")) {
            throw new IllegalArgumentException("a manager outside the virtual machine (AF_VSOCK) cannot be reached");
        }
        byte[] address = name.getBytes(StandardCharsets.UTF_8);
        if (!name.startsWith("/") && !name.startsWith("@")) {
            throw new IllegalArgumentException("neither an absolute path nor an abstract name (@…)");
        }
        // Netty would cut it, and speak to another.
        if (address.length < 2 || address.length > LONGEST_ADDRESS) {
            throw new IllegalArgumentException("an address has 2 to " + LONGEST_ADDRESS + " octets");
        }
        if (name.startsWith("@")) {
            address[0] = 0;
        }
        return address;
    }

    /** Whether the manager has it: not if its queue is full, and not if it is gone, of which one warning tells. Never waits. */
    boolean send(String message) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocateDirect(octets.length).put(octets);
        try {
            boolean sent = socket.sendToDomainSocket(buffer, 0, octets.length, address) > 0;
            if (sent && lost) {
                LOG.info("the service manager at {} is there again", name);
                lost = false;
            }
            return sent;
        } catch (IOException e) {
            if (!lost) {
                LOG.warn(
                        "the service manager does not listen at {} ({}): it is not told how nursd is doing, and may end it;"
                                + " outside a service manager, unset NOTIFY_SOCKET",
                        name,
                        e instanceof FileNotFoundException ? "no such file" : e.getMessage());
                lost = true;
            }
            return false;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("cannot close the socket to {}", name, e);
        }
    }
}
