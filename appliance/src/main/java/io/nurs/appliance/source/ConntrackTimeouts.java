package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long an entry lives after its last packet, by protocol and state: what tells the last packet's time, which conntrack does
 * not keep. Each packet sets the entry's timer to the timeout of the state that it leads to; so the last packet came that much
 * before the expiry.
 *
 * <p>Where the timer was set by something else (a fixed timeout, a flowtable, a timeout policy, TCP's shorter timers for
 * retransmitted or unacknowledged data) the result is not the last packet's time, and {@link #isInferred} says so as far as it
 * can be known.
 */
final class ConntrackTimeouts {
    private static final Path DIRECTORY = Path.of("/proc/sys/net/netfilter");
    private static final String PREFIX = "nf_conntrack_";
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int DCCP = 33;
    private static final int GRE = 47;
    private static final int ICMPV6 = 58;
    private static final int SCTP = 132;
    private static final int UDPLITE = 136;

    // By TCP_CONNTRACK_*; the kernel times SYN_SENT2 as SYN_SENT.
    private static final String[] TCP_STATES = {
        "",
        "syn_sent",
        "syn_recv",
        "established",
        "fin_wait",
        "close_wait",
        "last_ack",
        "time_wait",
        "close",
        "syn_sent"
    };
    // By SCTP_CONNTRACK_*.
    private static final String[] SCTP_STATES = {
        "",
        "closed",
        "cookie_wait",
        "cookie_echoed",
        "established",
        "shutdown_sent",
        "shutdown_recd",
        "shutdown_ack_sent",
        "heartbeat_sent"
    };
    // By CT_DCCP_*: NONE, REQUEST, RESPOND, PARTOPEN, OPEN, CLOSEREQ, CLOSING, TIMEWAIT.
    private static final String[] DCCP_STATES = {
        "", "request", "respond", "partopen", "open", "closereq", "closing", "timewait"
    };

    private final int[] tcp;
    private final int[] sctp;
    private final int[] dccp;
    private final int udp;
    private final int udpStream;
    private final int gre;
    private final int greStream;
    private final int icmp;
    private final int icmpv6;
    private final int generic;

    /**
     * From numbers that were read before.
     *
     * @param seconds by the sysctl's name without {@code nf_conntrack_}, such as {@code udp_timeout}
     */
    ConntrackTimeouts(Map<String, Integer> seconds) {
        tcp = states(seconds, "tcp_timeout_", TCP_STATES);
        sctp = states(seconds, "sctp_timeout_", SCTP_STATES);
        dccp = states(seconds, "dccp_timeout_", DCCP_STATES);
        udp = seconds.getOrDefault("udp_timeout", 0);
        udpStream = seconds.getOrDefault("udp_timeout_stream", 0);
        gre = seconds.getOrDefault("gre_timeout", 0);
        greStream = seconds.getOrDefault("gre_timeout_stream", 0);
        icmp = seconds.getOrDefault("icmp_timeout", 0);
        icmpv6 = seconds.getOrDefault("icmpv6_timeout", 0);
        generic = seconds.getOrDefault("generic_timeout", 0);
    }

    /** Those of a namespace, as they are now. A protocol that the kernel lacks has none. */
    static ConntrackTimeouts read(NetworkNamespace namespace) throws IOException {
        return new ConntrackTimeouts(namespace.call(() -> {
            Map<String, Integer> seconds = new TreeMap<>();
            try (var files = Files.newDirectoryStream(DIRECTORY, PREFIX + "*_timeout*")) {
                for (Path file : files) {
                    String name = file.getFileName().toString().substring(PREFIX.length());
                    seconds.put(name, (int) ConntrackSysctls.number(file));
                }
            }
            return seconds;
        }));
    }

    /** Seconds from a packet to the expiry, in the entry's state; 0 if unknown. */
    int seconds(ConntrackMessage entry) {
        boolean assured = (entry.status() & ConntrackAttribute.IPS_ASSURED) != 0;
        return switch (entry.original().protocol()) {
            case TCP -> entry.hasTcpState() ? of(tcp, entry.tcpState()) : 0;
            case SCTP -> entry.hasSctpState() ? of(sctp, entry.sctpState()) : 0;
            case DCCP -> entry.hasDccpState() ? of(dccp, entry.dccpState()) : 0;
            case UDP, UDPLITE -> assured ? udpStream : udp;
            case GRE -> assured ? greStream : gre;
            case ICMP -> icmp;
            case ICMPV6 -> icmpv6;
            default -> generic;
        };
    }

    /** Whether the timer was set by something else than the entry's last packet, or its timeout is not known. */
    boolean isInferred(ConntrackMessage entry) {
        int foreign = ConntrackAttribute.IPS_FIXED_TIMEOUT
                | ConntrackAttribute.IPS_OFFLOAD
                | ConntrackAttribute.IPS_HW_OFFLOAD;
        return (entry.status() & foreign) != 0 || seconds(entry) == 0;
    }

    /**
     * When the last packet came, to the second that timers have; never after {@code nanos}.
     *
     * @param nanos Unix time at which the entry had {@code entry.timeoutSeconds()} left: its stop, or now if it lives
     */
    long lastPacketNanos(ConntrackMessage entry, long nanos) {
        if (isInferred(entry)) {
            return nanos;
        }
        long idleSeconds = seconds(entry) - Integer.toUnsignedLong(entry.timeoutSeconds());
        return nanos - Math.max(0, idleSeconds) * NANOS_PER_SECOND;
    }

    private static int of(int[] timeouts, int state) {
        return state < timeouts.length ? timeouts[state] : 0;
    }

    private static int[] states(Map<String, Integer> seconds, String prefix, String[] names) {
        int[] timeouts = new int[names.length];
        for (int state = 0; state < names.length; state++) {
            timeouts[state] = seconds.getOrDefault(prefix + names[state], 0);
        }
        return timeouts;
    }
}
