package io.nurs.appliance.source;

/** What nftables tells. */
public sealed interface NftablesObservation extends Observation
        permits NftablesChange, NftablesTransaction, NftablesReport, NftablesStep {}
