/** Where flows come from: each source opens its channels and turns the kernel's messages into flows. */
@NullMarked
package io.nurs.appliance.source;

import org.jspecify.annotations.NullMarked;
