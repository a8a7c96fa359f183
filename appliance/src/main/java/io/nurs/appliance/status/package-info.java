/**
 * Whether it works, for people and for those who watch machines: what runs, how it does, and what is amiss with the command that
 * mends it. Nothing here waits for an event loop.
 */
@NullMarked
package io.nurs.appliance.status;

import org.jspecify.annotations.NullMarked;
