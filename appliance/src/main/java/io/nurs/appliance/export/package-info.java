/** Where flows go: from a flow to the records that a collector asked for. */
@NullMarked
package io.nurs.appliance.export;

import org.jspecify.annotations.NullMarked;
