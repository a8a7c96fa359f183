package io.nurs.appliance.source;

/**
 * What a counter of the kernel's has come to, or what else it tells: a record that is no flow. It goes down the same pipeline, past all that looks at flows.
 * Unlike flows most are values, not borrowed: a report has hundreds of them, not a million. {@link NftablesStep} is borrowed.
 */
public sealed interface Observation permits NfacctReport, CounterReport, NftablesObservation {
    /** Packets that it tells of and no other does; 0 if it tells of other things. */
    default long packets() {
        return 0;
    }

    /** Their octets. */
    default long octets() {
        return 0;
    }
}
