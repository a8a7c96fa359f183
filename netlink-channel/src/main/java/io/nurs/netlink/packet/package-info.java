/**
 * The headers of a packet that the kernel has handed over, in place. Here, beside {@code nflog} and {@code nfqueue}, because it
 * reads the same borrowed memory by the same rules; it knows nothing of netlink otherwise.
 */
@NullMarked
package io.nurs.netlink.packet;

import org.jspecify.annotations.NullMarked;
