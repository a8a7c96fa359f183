package io.nurs.appliance.export;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.SourceConfig;

/** What a source's records are, and so which dictionary its collectors have. */
public enum RecordKind {
    FLOWS,
    NFACCT,
    COUNTERS,
    PACKETS;

    public static RecordKind of(SourceConfig source) {
        return switch (source) {
            case ConntrackSourceConfig conntrack -> FLOWS;
            case NfacctSourceConfig nfacct -> NFACCT;
            case CounterSourceConfig counters -> COUNTERS;
            case NfqueueSourceConfig queues -> PACKETS;
            case NflogSourceConfig nflog -> PACKETS;
        };
    }
}
