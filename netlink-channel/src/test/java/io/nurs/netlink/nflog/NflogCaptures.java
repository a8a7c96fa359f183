package io.nurs.netlink.nflog;

import io.nurs.netlink.Capture;
import java.util.List;

/** Datagrams recorded from a kernel. */
final class NflogCaptures {
    static final List<String> NAMES =
            List.of("output-udp4", "input-tcp4", "input-icmpv6", "batch-udp4", "meta-udp4", "bridge-vlan");

    private NflogCaptures() {}

    static byte[] read(String name) {
        return Capture.read("nflog/" + name + ".hex");
    }

    static List<byte[]> all() {
        return NAMES.stream().map(NflogCaptures::read).toList();
    }
}
