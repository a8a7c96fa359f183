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
    private boolean reportedEmpty;
    private int ingressInterface;
    private int egressInterface;
    private int direction;

    ConntrackFlow(ConntrackMessage entry) {
        this.entry = entry;
    }

    /** Starts a new report; what filters had added is gone. */
    ConntrackFlow set(ConntrackMessage entry, long startNanos, long endNanos, int endReason) {
        this.entry = entry;
        this.startNanos = startNanos;
        this.endNanos = Math.max(startNanos, endNanos);
        this.endReason = endReason;
        this.reportedEmpty = false;
        clearAdded();
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
