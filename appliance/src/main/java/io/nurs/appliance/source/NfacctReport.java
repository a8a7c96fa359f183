package io.nurs.appliance.source;

import io.nurs.netlink.nfacct.NfacctObject;

/**
 * What an accounting object has counted since its last report, or that its quota is used up.
 *
 * @param object as the kernel told it
 * @param startMillis Unix time of the last report; with {@code kind} QUOTA, and where nobody knows, {@code endMillis}
 * @param endMillis Unix time when it was asked for, or when it told
 * @param packets since the last report, and octets: 0 with {@code kind} QUOTA, because the next report counts them
 */
public record NfacctReport(Kind kind, NfacctObject object, long startMillis, long endMillis, long packets, long octets)
        implements Observation {
    public enum Kind {
        /** The object goes on from 0 with each report. */
        ZEROED,
        /** The object counts on, and the report says how far it is. */
        TOTAL,
        /** The object says by itself that it has reached its quota. */
        QUOTA
    }
}
