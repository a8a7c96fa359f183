/**
 * What decides on queued packets. {@link io.nurs.appliance.policy.PacketPolicy} is all that somebody has to write who wants to decide
 * otherwise than a configuration can say.
 */
@NullMarked
package io.nurs.appliance.policy;

import org.jspecify.annotations.NullMarked;
