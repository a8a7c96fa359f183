package io.nurs.netlink.nfqueue;

import io.nurs.netlink.Capture;
import java.util.List;

/** Datagrams recorded from a kernel. */
final class NfqueueCaptures {
    static final List<String> NAMES = List.of("output-udp4", "input-tcp4-cut", "input-icmpv6", "output-tcp4-gso");

    private NfqueueCaptures() {}

    static byte[] read(String name) {
        return Capture.read("nfqueue/" + name + ".hex");
    }

    static List<byte[]> all() {
        return NAMES.stream().map(NfqueueCaptures::read).toList();
    }
}
