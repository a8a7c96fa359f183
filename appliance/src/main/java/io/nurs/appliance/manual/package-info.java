/** Writes man pages and the shell's completion for the package, from what the program and its reference say. Nobody calls it at run time. */
@NullMarked
package io.nurs.appliance.manual;

import org.jspecify.annotations.NullMarked;
