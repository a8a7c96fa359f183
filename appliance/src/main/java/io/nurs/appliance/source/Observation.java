package io.nurs.appliance.source;

/**
 * What a counter of the kernel's has come to, or a packet: a record that is no flow. It goes down the same pipeline, past all that
 * looks at flows. Counters are values: a report has hundreds of them, not a million. Packets are borrowed as flows are.
 */
public sealed interface Observation permits NfacctReport, CounterReport, ObservedPacket {
    /** Packets that it tells of and no other does; 0 if it tells of other things. */
    default long packets() {
        return 0;
    }

    /** Their octets. */
    default long octets() {
        return 0;
    }
}
