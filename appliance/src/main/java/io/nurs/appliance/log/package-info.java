/** How the log of a running nursd looks, and that nobody waits for it. */
@NullMarked
package io.nurs.appliance.log;

import org.jspecify.annotations.NullMarked;
