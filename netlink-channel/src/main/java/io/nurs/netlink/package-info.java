/**
 * A Netty channel over one netlink socket, and what is common to all netlink families.
 *
 * <p>The rules of the hot path, which every package below follows:
 *
 * <ul>
 *   <li>Views ({@code NetlinkBatch}, {@code NetlinkMessage}, {@code XxxMessage}) are <em>borrowed</em>: valid until
 *       {@code channelRead} returns, never stored, never passed to another thread. {@code snapshot()} gives an immutable
 *       record.
 *   <li>Memory is read through one long-lived {@code MemorySegment} per receive block, by static final unaligned layouts
 *       and {@code long} offsets: no slices, no {@code ByteBuf} getters (2.3 times slower on JDK 25 with Netty's defaults).
 *   <li>Netlink headers are in the host's byte order, netfilter's payloads are big-endian.
 *   <li>One event loop reads a socket and all that follows from it: no locks, no queues.
 * </ul>
 */
@NullMarked
package io.nurs.netlink;

import org.jspecify.annotations.NullMarked;
