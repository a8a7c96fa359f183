/**
 * Packets that rules hand over to be decided on, and the verdicts on them: linux/netfilter/nfnetlink_queue.h.
 *
 * <p>A pipeline: {@code NetlinkMessageDecoder}, {@code NetlinkRequestTracker}, {@code NfqueueDecoder}, {@code NfqueueVerdicts},
 * and a handler that decides. Verdicts must go through the channel that has bound the queue, and a packet without one waits,
 * in the kernel's queue, for as long as that is bound.
 */
@NullMarked
package io.nurs.netlink.nfqueue;

import org.jspecify.annotations.NullMarked;
