package io.nurs.appliance.source;

import io.nurs.appliance.totals.StoredFlow;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.TupleView;
import org.jspecify.annotations.Nullable;

/**
 * What one report says of one conntrack entry: its tuples, what the accounting makes of its counters, and what filters add.
 * Borrowed, as the entry is: the source has one and points it at each entry in turn.
 */
public final class ConntrackFlow {
    /** {@link #endEvidence()}: the report is on the way, or the kernel told the end and its time is the last packet's. */
    public static final int END_SEEN = 0;
    /** The kernel told the end, but the last packet's time is a guess: its timer may have been set by something else. */
    public static final int END_TIME_INFERRED = 1;
    /** The kernel has told no end: the entry is gone, and what it counted since its last report is not known. */
    public static final int END_NOT_SEEN = 2;

    private static final byte[] NO_LABELS = {};

    private TupleView original;
    private TupleView reply;
    /** Where what few records carry is read from; null if the kernel lists the entry no more. */
    private @Nullable ConntrackMessage entry;

    private int id;
    private int zone;
    private int mark;
    private long startNanos;
    private long endNanos;
    private int endReason;
    private boolean last;
    private int endEvidence;
    private long originalPackets;
    private long originalBytes;
    private long replyPackets;
    private long replyBytes;
    private boolean reportedEmpty;
    private int ingressInterface;
    private int egressInterface;
    private int direction;

    ConntrackFlow(ConntrackMessage entry) {
        this.original = entry.original();
        this.reply = entry.reply();
    }

    ConntrackFlow(StoredFlow entry) {
        this.original = entry.original();
        this.reply = entry.reply();
    }

    /** Starts a new report, of all that the entry has counted; what filters had added is gone. */
    ConntrackFlow set(ConntrackMessage entry, long startNanos, long endNanos, int endReason) {
        this.entry = entry;
        this.id = entry.id();
        this.zone = entry.zone();
        return set(entry.original(), entry.reply(), entry.mark(), startNanos, endNanos, endReason)
                .counted(entry.originalPackets(), entry.originalBytes(), entry.replyPackets(), entry.replyBytes());
    }

    /** Starts a new report, of a flow that the kernel does not list any more and of which nothing new is known. */
    ConntrackFlow set(StoredFlow entry, long startNanos, long endNanos, int endReason) {
        this.entry = null;
        this.id = entry.id();
        this.zone = entry.zone();
        return set(entry.original(), entry.reply(), entry.mark(), startNanos, endNanos, endReason)
                .counted(0, 0, 0, 0);
    }

    private ConntrackFlow set(
            TupleView original, TupleView reply, int mark, long startNanos, long endNanos, int endReason) {
        this.original = original;
        this.reply = reply;
        this.mark = mark;
        this.startNanos = startNanos;
        this.endNanos = Math.max(startNanos, endNanos);
        this.endReason = endReason;
        this.last = false;
        this.endEvidence = END_SEEN;
        this.reportedEmpty = false;
        clearAdded();
        return this;
    }

    /** Of all that was counted, only so much was not reported before. */
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

    /** The flow's last report. */
    ConntrackFlow ended(int evidence) {
        last = true;
        endEvidence = evidence;
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

    /** As the first packet came in. */
    public TupleView original() {
        return original;
    }

    /** As its answer comes in: what NAT changed shows here. */
    public TupleView reply() {
        return reply;
    }

    /** connmark. */
    public int mark() {
        return mark;
    }

    /** Of both directions; 0 is also the default zone. */
    public int zone() {
        return zone;
    }

    /** A 32-bit hash of the entry, which another may share. */
    public int id() {
        return id;
    }

    /** {@code IPS_*} bits; 0 if the kernel lists the entry no more. */
    public int status() {
        return entry == null ? 0 : entry.status();
    }

    /** The conntrack helper's name; empty if there is none or the kernel lists the entry no more. Allocates. */
    public String helper() {
        String name = entry == null ? null : entry.helper();
        return name == null ? "" : name;
    }

    /** The label bits, lowest first; empty as {@link #helper()} is. Allocates. */
    public byte[] labels() {
        byte[] bits = entry == null ? null : entry.labels();
        return bits == null ? NO_LABELS : bits;
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

    /** How the end and its time are known: {@link #END_SEEN} or another of the three. */
    public int endEvidence() {
        return endEvidence;
    }

    /** Whether this is the flow's last report. */
    public boolean isLast() {
        return last;
    }

    /** Whether this is the last report of a flow whose end the kernel has told. */
    public boolean isSeenEnd() {
        return last && endEvidence != END_NOT_SEEN;
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
