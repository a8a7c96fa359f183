package io.nurs.netlink.packet;

import io.nurs.netlink.Capture;
import java.util.List;

/** Ethernet frames recorded from a kernel. */
public final class PacketCaptures {
    /** Their checksums are the kernel's. */
    static final List<String> CHECKSUMMED = List.of(
            "udp4",
            "udp6",
            "udp4-options",
            "udp6-options",
            "tcp4-syn",
            "tcp4-data",
            "tcp6-data",
            "icmp4-echo",
            "icmpv6-echo",
            "mld6");

    public static final List<String> NAMES = List.of(
            "udp4",
            "udp6",
            "udp4-options",
            "udp6-options",
            "tcp4-syn",
            "tcp4-data",
            "tcp6-data",
            "icmp4-echo",
            "icmpv6-echo",
            "mld6",
            "udp4-unchecked",
            "udp4-fragment1",
            "udp4-fragment2",
            "udp6-fragment1",
            "udp6-fragment2",
            "sctp4-init",
            "gre4-key",
            "ah4-udp",
            "udp6-routing",
            "qinq-udp4");

    private PacketCaptures() {}

    public static byte[] read(String name) {
        return Capture.read("packet/" + name + ".hex");
    }
}
