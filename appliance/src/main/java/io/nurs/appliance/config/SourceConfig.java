package io.nurs.appliance.config;

/** Where flows come from. Equal names mean the same source: stacks that name one source share it. */
public sealed interface SourceConfig permits ConntrackSourceConfig {
    String name();

    /** Event loops that share its flows, each with a sequence of its own at each collector. */
    int readers();
}
