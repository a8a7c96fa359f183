/** Starts and stops what a configuration describes. */
@NullMarked
package io.nurs.appliance;

import org.jspecify.annotations.NullMarked;
