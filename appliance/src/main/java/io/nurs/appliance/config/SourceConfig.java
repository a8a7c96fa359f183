package io.nurs.appliance.config;

/** Where flows come from. Equal names mean the same source: stacks that name one source share it. */
public sealed interface SourceConfig permits ConntrackSourceConfig {
    String name();
}
