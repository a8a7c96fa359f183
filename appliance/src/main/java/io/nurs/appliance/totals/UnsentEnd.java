package io.nurs.appliance.totals;

/**
 * A flow that ended, and whose last record the process had packed when it was killed, but not begun to send. It is in the table,
 * with the totals before that record: report the rest, then {@link FlowTotals#remove} it. Known once; a process that is killed
 * before it has sent them leaves a flow that is gone.
 *
 * @param originalPackets the last counters
 * @param endNanos Unix ns of its end
 * @param flags as they were when it was removed
 */
public record UnsentEnd(
        long slot,
        long originalPackets,
        long originalBytes,
        long replyPackets,
        long replyBytes,
        long endNanos,
        int flags) {}
