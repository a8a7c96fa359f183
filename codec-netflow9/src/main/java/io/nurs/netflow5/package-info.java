/** The NetFlow version 5 wire, as Cisco's "NetFlow Export Datagram Format" has it. */
@NullMarked
package io.nurs.netflow5;

import org.jspecify.annotations.NullMarked;
