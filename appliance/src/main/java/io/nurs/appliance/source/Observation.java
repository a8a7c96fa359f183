package io.nurs.appliance.source;

/**
 * What the kernel tells that is no flow: what a counter has come to, or that something has happened. It goes down the same pipeline, past
 * all that looks at flows. Reports of counters and changes of rules are values, of which there are hundreds; events and packets are borrowed, as flows are.
 */
public sealed interface Observation
        permits ConntrackEvent, NfacctReport, CounterReport, NftablesObservation, ObservedPacket {
    /** Packets that it tells of and no other does; 0 if it tells of other things. */
    default long packets() {
        return 0;
    }

    /** Their octets. */
    default long octets() {
        return 0;
    }
}
