package io.nurs.appliance.totals;

/**
 * A flow of which a record was being sent when the process was killed: collectors may have it or not. The table counts it as
 * sent.
 *
 * @param flow protocol, both tuples and CTA_ID, as text
 * @param startNanos Unix ns; 0 is unknown
 * @param originalPackets what the record told
 * @param ended whether it was the flow's last
 */
public record InDoubtFlow(
        String flow,
        long startNanos,
        long originalPackets,
        long originalBytes,
        long replyPackets,
        long replyBytes,
        boolean ended) {

    /** One line. */
    @Override
    public String toString() {
        return flow + ": " + Long.toUnsignedString(originalPackets) + " packets, "
                + Long.toUnsignedString(originalBytes) + " octets, reply " + Long.toUnsignedString(replyPackets)
                + " packets, " + Long.toUnsignedString(replyBytes) + " octets" + (ended ? ", ended" : "");
    }
}
