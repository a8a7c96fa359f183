package io.nurs.appliance.source;

import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackMessage;

/** Values of flowEndReason(136), and how a conntrack entry's end is told from what its last event carries. RFC 5102 §5.11.3 */
final class FlowEndReason {
    /** Nothing was seen for the timeout of its state. */
    static final int IDLE_TIMEOUT = 1;
    /** The flow goes on; this is a report on the way. */
    static final int ACTIVE_TIMEOUT = 2;
    /** The protocol ended it. */
    static final int END_OF_FLOW = 3;
    /** Somebody ended it, or its report. */
    static final int FORCED_END = 4;
    /** The table was full. */
    static final int LACK_OF_RESOURCES = 5;

    private FlowEndReason() {}

    /**
     * Of a DESTROY. An entry that expired has no timeout left to tell; one that was killed early has, and if a process did
     * it, the event names that process.
     *
     * @param tableIsNearlyFull whether the kernel is short of room, and drops entries early
     */
    static int of(ConntrackMessage destroyed, boolean tableIsNearlyFull) {
        boolean ended = isOver(destroyed);
        if (!destroyed.hasTimeout() || destroyed.timeoutSeconds() == 0) {
            return ended ? END_OF_FLOW : IDLE_TIMEOUT;
        }
        if (destroyed.causedBy() != 0) {
            return FORCED_END;
        }
        return ended ? END_OF_FLOW : killedByKernel(destroyed, tableIsNearlyFull);
    }

    /** Before its time, and not over by its protocol. */
    private static int killedByKernel(ConntrackMessage destroyed, boolean tableIsNearlyFull) {
        if (tableIsNearlyFull) {
            return LACK_OF_RESOURCES;
        }
        if ((destroyed.status() & ConntrackAttribute.IPS_SRC_NAT) != 0) {
            // Masquerading, whose link or address is gone. nf_nat_masquerade.c
            return FORCED_END;
        }
        // A connection that is reopened on the same ports. nf_conntrack_proto_tcp.c
        return destroyed.hasTcpState() ? END_OF_FLOW : LACK_OF_RESOURCES;
    }

    private static boolean isOver(ConntrackMessage entry) {
        if (entry.hasTcpState()) {
            return switch (entry.tcpState()) {
                case ConntrackAttribute.TCP_CONNTRACK_LAST_ACK,
                        ConntrackAttribute.TCP_CONNTRACK_TIME_WAIT,
                        ConntrackAttribute.TCP_CONNTRACK_CLOSE -> true;
                default -> false;
            };
        }
        return entry.hasSctpState()
                && (entry.sctpState() == ConntrackAttribute.SCTP_CONNTRACK_CLOSED
                        || entry.sctpState() == ConntrackAttribute.SCTP_CONNTRACK_SHUTDOWN_ACK_SENT);
    }
}
