package io.nurs.appliance.config;

/** What a stack does to a flow between its source and its exporters. */
public sealed interface FilterConfig permits MarkInterfacesConfig, MatchConfig {}
