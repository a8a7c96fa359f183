package io.nurs.appliance.export;

import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.NftablesSourceConfig;
import io.nurs.appliance.config.SourceConfig;

/** What a source's records are, and so which dictionary its collectors have. */
public enum RecordKind {
    FLOWS,
    CONNTRACK_EVENTS,
    NFACCT,
    COUNTERS,
    PACKETS,
    NFTABLES;

    /** Whether IANA's elements alone would say nothing: by naming such a source the operator has chosen those of nurs. */
    boolean isOfNursElements() {
        return switch (this) {
            case NFACCT, COUNTERS, NFTABLES -> true;
            case FLOWS, CONNTRACK_EVENTS, PACKETS -> false;
        };
    }

    public static RecordKind of(SourceConfig source) {
        return switch (source) {
            case ConntrackSourceConfig conntrack -> FLOWS;
            case ConntrackEventSourceConfig events -> CONNTRACK_EVENTS;
            case NfacctSourceConfig nfacct -> NFACCT;
            case CounterSourceConfig counters -> COUNTERS;
            case NftablesSourceConfig nftables -> NFTABLES;
            case NfqueueSourceConfig queues -> PACKETS;
            case NflogSourceConfig nflog -> PACKETS;
        };
    }
}
