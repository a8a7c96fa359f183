package io.nurs.appliance.config;

/** Where flows go. */
public sealed interface ExporterConfig permits FlowExporterConfig {
    String name();
}
