/**
 * The rule set of nftables, as linux/netfilter/nf_tables.h says it: rules written in transactions, what is in the rule set,
 * each change of it (NFNLGRP_NFTABLES), and the path of traced packets (NFNLGRP_NFTRACE).
 *
 * <p>Events come once their transaction is in force, in its order, and a generation ends them. A datagram holds several, up to
 * 8 KiB: the 2 KiB slots of {@code NetlinkOptions.events} are too short, {@code withSlots(16, 8 * 1024)} does.
 *
 * <p>Without nf_tables (CONFIG_NF_TABLES, which the kernel loads on the first request) a request is refused with EINVAL, a
 * batch with EOPNOTSUPP, and joining a group succeeds all the same: ask for the generation first. Without CAP_NET_ADMIN
 * requests and joining are refused with EPERM.
 */
@NullMarked
package io.nurs.netlink.nftables;

import org.jspecify.annotations.NullMarked;
