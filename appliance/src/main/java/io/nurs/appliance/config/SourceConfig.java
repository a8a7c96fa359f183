package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/** Where records come from. Equal names mean the same source: stacks that name one source share it. */
public sealed interface SourceConfig
        permits ConntrackSourceConfig,
                ConntrackEventSourceConfig,
                NfacctSourceConfig,
                CounterSourceConfig,
                NflogSourceConfig,
                NfqueueSourceConfig,
                NftablesSourceConfig {
    String name();

    /** Event loops that share its flows, each with a sequence of its own at each collector. */
    int readers();

    /** A name in /run/netns, an absolute path, or null for the process's own. */
    @Nullable
    String namespace();

    /** Whether its records are flows: filters, sampling and interfaces are about those. */
    boolean tellsOfFlows();

    /** Whether its records are packets, which can be written as they are. */
    default boolean tellsOfPackets() {
        return false;
    }

    /** Whether a source that runs with this can go on with {@code next}: all else is wired in when it starts. */
    boolean canBecome(SourceConfig next);
}
