package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who receives a group of NFLOG, as far as the kernel tells: /proc/net/netfilter/nfnetlink_log, which a namespace has of its own. */
public final class GroupOwners {
    private static final Path GROUPS = Path.of("/proc/thread-self/net/netfilter/nfnetlink_log");

    private GroupOwners() {}

    /** In words; empty if nobody does, or it cannot be read. */
    public static String of(NetworkNamespace namespace, int group) {
        try {
            return namespace.call(() -> Files.readAllLines(GROUPS)).stream()
                    .map(line -> line.strip().split("\\s+"))
                    // Group, netlink port, and five more: nfnetlink_log.c, seq_show()
                    .filter(columns -> columns.length > 2 && columns[0].equals(Integer.toString(group)))
                    .map(columns -> owner(columns[1]))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /** A process's first netlink socket has its pid for a port, and later ones any number: netlink(7) */
    private static String owner(String port) {
        try {
            String name = Files.readString(Path.of("/proc", port, "comm")).strip();
            return name + " (pid " + port + ", by its netlink port)";
        } catch (IOException e) {
            return "the socket of netlink port " + port + ", whose process is not known (ss -f netlink -p)";
        }
    }
}
