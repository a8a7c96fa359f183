/** Packets that rules log, what a rule knew of each, and the groups that receive them: linux/netfilter/nfnetlink_log.h. */
@NullMarked
package io.nurs.netlink.nflog;

import org.jspecify.annotations.NullMarked;
