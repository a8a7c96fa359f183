package io.nurs.appliance.demo;

/**
 * What the lab's router forwarded, both directions together.
 *
 * @param bytes octets with their IP headers, without link headers
 */
public record Forwarded(long packets, long bytes) {}
