/** What goes through a source, counted by kind. Depends on nothing but a tuple's view, and allocates nothing for a flow. */
@NullMarked
package io.nurs.appliance.traffic;

import org.jspecify.annotations.NullMarked;
