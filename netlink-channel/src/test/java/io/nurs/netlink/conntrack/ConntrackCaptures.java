package io.nurs.netlink.conntrack;

import io.nurs.netlink.Capture;
import java.util.List;

/** The entries recorded from a kernel, one message each. */
final class ConntrackCaptures {
    static final List<String> NAMES = List.of(
            "new-tcp4",
            "update-tcp4",
            "destroy-tcp4",
            "new-tcp4-nat",
            "destroy-tcp4-nat",
            "destroy-tcp4-uncounted",
            "destroy-udp6",
            "update-icmp4",
            "destroy-icmp4",
            "destroy-icmpv6",
            "new-sctp4",
            "destroy-gre4",
            "destroy-protocol253",
            "dumped-ftp4",
            "new-ftp4-data");

    private ConntrackCaptures() {}

    static byte[] read(String name) {
        return Capture.read("conntrack/" + name + ".hex");
    }

    static List<byte[]> all() {
        return NAMES.stream().map(ConntrackCaptures::read).toList();
    }
}
