package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel tells of one queue that somebody has: a line of /proc/net/netfilter/nfnetlink_queue, which only root may read.
 *
 * @param portId netlink's number of the socket that has it; of a process's first socket it is the process's id
 * @param waiting packets that wait for a verdict
 * @param dropped packets that were dropped because the queue was full; those that passed for that reason are not counted
 * @param userDropped packets that were dropped because the socket's receive buffer was full
 * @param lastId the last packet's id
 */
public record QueueState(int queue, long portId, long waiting, long dropped, long userDropped, long lastId) {
    /** Not /proc/net, which is that of the process's first thread. */
    private static final Path FILE = Path.of("/proc/thread-self/net/netfilter/nfnetlink_queue");

    private static final int COLUMNS = 8;

    /**
     * All that there are in a namespace.
     *
     * @throws java.nio.file.NoSuchFileException if the kernel has no queues
     * @throws java.nio.file.AccessDeniedException if this process may not know
     */
    public static List<QueueState> read(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            try (InputStream in = Files.newInputStream(FILE)) {
                return parse(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
        });
    }

    /** The one of this number; null if nobody has it, or nothing can be known. */
    public static @Nullable QueueState of(NetworkNamespace namespace, int queue) {
        try {
            return read(namespace).stream()
                    .filter(state -> state.queue == queue)
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    /** Columns: queue_number peer_portid queue_total copy_mode copy_range queue_dropped queue_user_dropped id_sequence 1. seq_show */
    static List<QueueState> parse(String table) {
        List<QueueState> states = new ArrayList<>();
        for (String line : table.lines().toList()) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length >= COLUMNS) {
                states.add(new QueueState(
                        Integer.parseInt(columns[0]),
                        Long.parseLong(columns[1]),
                        Long.parseLong(columns[2]),
                        Long.parseLong(columns[5]),
                        Long.parseLong(columns[6]),
                        Long.parseLong(columns[7])));
            }
        }
        return states;
    }

    /** The process that most likely has it, such as {@code suricata (pid 4711)}; the socket's number if there is none of that id. */
    public String owner() {
        Path name = Path.of("/proc", Long.toString(portId), "comm");
        try (InputStream in = Files.newInputStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip() + " (pid " + portId + ")";
        } catch (IOException e) {
            return "the socket with port id " + portId;
        }
    }
}
