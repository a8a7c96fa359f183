package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long an entry lives after its last packet, by protocol and state: what tells the last packet's time, which conntrack does
 * not keep. Each packet sets the entry's timer to the timeout of the state that it leads to; so the last packet came that much
 * before the expiry.
 *
 * <p>Where the timer was set by something else (a fixed timeout, a flowtable, a timeout policy) the result is not the last
 * packet's time. TCP has three shorter timers besides its states' (for unacknowledged data, retransmissions and resets), and an
 * event does not tell which one ran: {@link #isInferred} says where that leaves a doubt.
 */
final class ConntrackTimeouts {
    private static final String PREFIX = "nf_conntrack_";
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_HALF_SECOND = NANOS_PER_SECOND / 2;

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
    /** Which the kernel takes instead of a state's longer one. tcp_packet, net/netfilter/nf_conntrack_proto_tcp.c */
    private static final String[] TCP_SHORT_TIMERS = {"unacknowledged", "max_retrans"};

    private static final int FOREIGN_TIMERS =
            ConntrackAttribute.IPS_FIXED_TIMEOUT | ConntrackAttribute.IPS_OFFLOAD | ConntrackAttribute.IPS_HW_OFFLOAD;

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
    private final int[] tcpShort;
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
        tcpShort = states(seconds, "tcp_timeout_", TCP_SHORT_TIMERS);
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

    /** The sysctls of a namespace, opened there, to be read again whenever they may have changed. */
    static final class Sysctls implements AutoCloseable {
        private final Map<String, FileChannel> files = new TreeMap<>();

        static Sysctls open(NetworkNamespace namespace) throws IOException {
            Sysctls sysctls = new Sysctls();
            return namespace.call(() -> {
                try (var paths = Files.newDirectoryStream(ConntrackSysctls.DIRECTORY, PREFIX + "*_timeout*")) {
                    for (Path path : paths) {
                        String name = path.getFileName().toString();
                        sysctls.files.put(name.substring(PREFIX.length()), ConntrackSysctls.open(name));
                    }
                    return sysctls;
                } catch (IOException e) {
                    sysctls.close();
                    throw e;
                }
            });
        }

        /** As they are now. A protocol that the kernel lacks has none. */
        ConntrackTimeouts read() throws IOException {
            Map<String, Integer> seconds = new TreeMap<>();
            for (Map.Entry<String, FileChannel> file : files.entrySet()) {
                seconds.put(file.getKey(), (int) ConntrackSysctls.number(file.getValue()));
            }
            return new ConntrackTimeouts(seconds);
        }

        @Override
        public void close() throws IOException {
            for (FileChannel file : files.values()) {
                file.close();
            }
        }
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

    /**
     * Whether {@link #lastPacketNanos} is a guess: the timer was set by something else than the entry's last packet, its
     * timeout is not known, or two timers may have run.
     */
    boolean isInferred(ConntrackMessage entry, long nanos) {
        return timers(entry, nanos) != 1;
    }

    /**
     * When the last packet came; never after {@code nanos}. Exact for an entry that expired, to half a second for one that has
     * time left, because the kernel tells that in whole seconds.
     *
     * @param nanos Unix time at which the entry had {@code entry.timeoutSeconds()} left: its stop, or now if it lives
     */
    long lastPacketNanos(ConntrackMessage entry, long nanos) {
        if (timers(entry, nanos) == 0) {
            return nanos;
        }
        int timer = seconds(entry);
        for (int i = 0; !mayHaveRun(timer, entry, nanos); i++) {
            timer = tcpShort[i];
        }
        long left = Integer.toUnsignedLong(entry.timeoutSeconds());
        // What is left was cut to whole seconds.
        long idle = (timer - left) * NANOS_PER_SECOND - (left == 0 ? 0 : NANOS_PER_HALF_SECOND);
        return nanos - Math.max(0, idle);
    }

    /** How many different timers may have run when the entry had that much left. */
    private int timers(ConntrackMessage entry, long nanos) {
        int state = seconds(entry);
        if ((entry.status() & FOREIGN_TIMERS) != 0 || state == 0) {
            return 0;
        }
        int timers = mayHaveRun(state, entry, nanos) ? 1 : 0;
        if (entry.original().protocol() == TCP) {
            for (int i = 0; i < tcpShort.length; i++) {
                boolean counted = i > 0 && tcpShort[i] == tcpShort[i - 1];
                timers += !counted && tcpShort[i] < state && mayHaveRun(tcpShort[i], entry, nanos) ? 1 : 0;
            }
        }
        return timers;
    }

    /** It had at least what is left, and what has run of it is no longer than the entry's life. */
    private static boolean mayHaveRun(int seconds, ConntrackMessage entry, long nanos) {
        long ran = seconds - Integer.toUnsignedLong(entry.timeoutSeconds());
        // A second more, as what is left was cut; and the clock may have stepped.
        return seconds > 0
                && ran >= 0
                && (!entry.hasStart() || ran * NANOS_PER_SECOND <= nanos - entry.startNanos() + NANOS_PER_SECOND);
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
