package io.nurs.appliance.demo;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** The settings of the lab's namespaces. */
final class DemoSysctls {
    private static final Path PROC_SYS_NET = Path.of("/proc/sys/net");

    /** Without these there is nothing to export. */
    private static final Map<String, String> ACCOUNTING =
            Map.of("netfilter/nf_conntrack_acct", "1", "netfilter/nf_conntrack_events", "1");

    /** Short enough for flows to end while one looks on. A kernel that lacks one of these counts the same. */
    private static final Map<String, String> TRACKING = Map.of(
            "netfilter/nf_conntrack_timestamp", "1",
            // A packet out of window belongs to no entry, but the router's counter counts it.
            "netfilter/nf_conntrack_tcp_be_liberal", "1",
            "netfilter/nf_conntrack_tcp_timeout_time_wait", "2",
            "netfilter/nf_conntrack_udp_timeout", "3",
            "netfilter/nf_conntrack_udp_timeout_stream", "3",
            "netfilter/nf_conntrack_icmp_timeout", "3",
            "netfilter/nf_conntrack_icmpv6_timeout", "3");

    private DemoSysctls() {}

    /** For interfaces to come. Neighbours are asked for from a link-local address, which otherwise is not usable at once. */
    static void prepare(NetworkNamespace namespace, boolean ipv6) throws IOException {
        if (ipv6) {
            set(namespace, "ipv6/conf/default/accept_dad", "0");
        }
    }

    static void forward(NetworkNamespace router, boolean ipv6) throws IOException {
        set(router, "ipv4/ip_forward", "1");
        if (ipv6) {
            set(router, "ipv6/conf/all/forwarding", "1");
        }
    }

    /** For entries to come, as they take these when they are made. */
    static void account(NetworkNamespace router) throws IOException {
        for (Map.Entry<String, String> sysctl : ACCOUNTING.entrySet()) {
            set(router, sysctl.getKey(), sysctl.getValue());
        }
        for (Map.Entry<String, String> sysctl : TRACKING.entrySet()) {
            try {
                set(router, sysctl.getKey(), sysctl.getValue());
            } catch (NoSuchFileException e) {
                // As said there.
            }
        }
    }

    /** /proc/sys/net shows each thread its own namespace's. */
    private static void set(NetworkNamespace namespace, String name, String value) throws IOException {
        namespace.call(() -> Files.writeString(PROC_SYS_NET.resolve(name), value));
    }
}
