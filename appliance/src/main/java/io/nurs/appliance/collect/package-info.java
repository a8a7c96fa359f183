/** A collector for looking at what exporters send, and the checks it makes of it: {@code nursd collect} and {@code nursd verify}. */
@NullMarked
package io.nurs.appliance.collect;

import org.jspecify.annotations.NullMarked;
