package io.nurs.appliance;

import java.time.Instant;

/**
 * What became of a new configuration.
 *
 * @param reloaded false if all is as it was
 * @param words what has changed, or why nothing has: one line a fact
 */
public record ReloadOutcome(Instant when, boolean reloaded, String words) {}
