/** What a human at a terminal sees, and a pipe does not. */
@NullMarked
package io.nurs.appliance.terminal;

import org.jspecify.annotations.NullMarked;
