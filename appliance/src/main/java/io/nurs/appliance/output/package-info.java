/** Where sealed messages go when that is not a socket: files, and the disk that keeps them for a collector that is down. */
@NullMarked
package io.nurs.appliance.output;

import org.jspecify.annotations.NullMarked;
