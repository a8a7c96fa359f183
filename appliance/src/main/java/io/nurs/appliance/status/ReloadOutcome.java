package io.nurs.appliance.status;

/**
 * How one attempt to change the configuration ended.
 *
 * @param atMillis Unix time
 * @param succeeded if not, all is as it was
 * @param what one line: what changed, or why nothing did
 */
public record ReloadOutcome(long atMillis, boolean succeeded, String what) {}
