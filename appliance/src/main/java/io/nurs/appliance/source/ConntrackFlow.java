package io.nurs.appliance.source;

import io.nurs.netlink.conntrack.ConntrackMessage;

/**
 * What one report says of one conntrack entry: the kernel's message, what the accounting makes of it, and what filters add.
 * Borrowed, as the message is: the source has one and points it at each entry in turn.
 */
public final class ConntrackFlow {
    private ConntrackMessage entry;
    private long startNanos;
    private long endNanos;
    private int endReason;
    private long originalPackets;
    private long originalBytes;
    private long replyPackets;
    private long replyBytes;
    private boolean reportedEmpty;
    private int ingressInterface;
    private int egressInterface;
    private int direction;

    ConntrackFlow(ConntrackMessage entry) {
        this.entry = entry;
    }

    /** Starts a new report, of all that the entry has counted; what filters had added is gone. */
    ConntrackFlow set(ConntrackMessage entry, long startNanos, long endNanos, int endReason) {
        this.entry = entry;
        this.startNanos = startNanos;
        this.endNanos = Math.max(startNanos, endNanos);
        this.endReason = endReason;
        this.reportedEmpty = false;
        clearAdded();
        return counted(entry.originalPackets(), entry.originalBytes(), entry.replyPackets(), entry.replyBytes());
    }

    /** Of that, only so much was not reported before. */
    ConntrackFlow counted(long originalPackets, long originalBytes, long replyPackets, long replyBytes) {
        this.originalPackets = originalPackets;
        this.originalBytes = originalBytes;
        this.replyPackets = replyPackets;
        this.replyBytes = replyBytes;
        return this;
    }

    /** To be reported although nothing was counted. */
    ConntrackFlow reportedEmpty() {
        reportedEmpty = true;
        return this;
    }

    /** Forgets what a stack's filters have added, for the next stack. */
    public void clearAdded() {
        ingressInterface = 0;
        egressInterface = 0;
        direction = 0;
    }

    /** Adds interfaces, as seen by the originator's packets; 0 is unknown. */
    public void interfaces(int ingress, int egress) {
        ingressInterface = ingress;
        egressInterface = egress;
    }

    /** Adds the originator's direction: 0 ingress, 1 egress. */
    public void direction(int direction) {
        this.direction = direction;
    }

    public ConntrackMessage entry() {
        return entry;
    }

    /** Unix time of the start of what this report covers. */
    public long startNanos() {
        return startNanos;
    }

    /** Unix time of its end; never before the start. */
    public long endNanos() {
        return endNanos;
    }

    /** flowEndReason(136). */
    public int endReason() {
        return endReason;
    }

    /** Packets from the originator since the report before. */
    public long originalPackets() {
        return originalPackets;
    }

    /** Octets of layer 3 from the originator since the report before. */
    public long originalBytes() {
        return originalBytes;
    }

    /** Packets to the originator since the report before. */
    public long replyPackets() {
        return replyPackets;
    }

    /** Octets of layer 3 to the originator since the report before. */
    public long replyBytes() {
        return replyBytes;
    }

    /** Whether this entry is to have one record even though no direction had traffic. */
    public boolean isReportedEmpty() {
        return reportedEmpty;
    }

    public int ingressInterface() {
        return ingressInterface;
    }

    public int egressInterface() {
        return egressInterface;
    }

    public int direction() {
        return direction;
    }
}
