package io.nurs.appliance.source;

/**
 * What a named counter or quota has come to since its last report, or that a quota is used up.
 *
 * @param totalPackets as the kernel told, of a counter; with {@code kind} COUNTER_ZEROED since the last report
 * @param totalOctets as the kernel told: a counter's, or what a quota has consumed
 * @param quotaOctets what a quota allows; of a counter 0
 * @param quotaFlags {@code NFT_QUOTA_F_*}
 * @param uses rules and the like that refer to it
 * @param startMillis Unix time of the last report; of a quota used up, and where nobody knows, {@code endMillis}
 * @param endMillis Unix time when it was asked for, or when it told
 * @param newPackets since the last report; of a quota 0
 * @param newOctets since the last report; of a quota used up 0, because the next report has them
 */
public record NftablesReport(
        Kind kind,
        NftablesObject object,
        long totalPackets,
        long totalOctets,
        long quotaOctets,
        int quotaFlags,
        int uses,
        long startMillis,
        long endMillis,
        long newPackets,
        long newOctets)
        implements NftablesObservation {
    public enum Kind {
        /** A counter that goes on from 0 with each report. */
        COUNTER_ZEROED,
        /** A counter that counts on. */
        COUNTER_TOTAL,
        /** A quota, at a report. */
        QUOTA,
        /** A quota that says by itself that it is used up. */
        QUOTA_USED_UP
    }

    @Override
    public long packets() {
        return newPackets;
    }

    /** A quota's would be counted twice, if there is a counter too. */
    @Override
    public long octets() {
        return kind == Kind.COUNTER_ZEROED || kind == Kind.COUNTER_TOTAL ? newOctets : 0;
    }
}
