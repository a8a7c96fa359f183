/**
 * What linux/netfilter/nfnetlink_acct.h says: named counters that iptables' {@code nfacct} match feeds, and their quotas.
 *
 * <p>Without the subsystem (CONFIG_NETFILTER_NETLINK_ACCT, which the kernel loads on the first request) each request is
 * refused with EINVAL, and joining NFNLGRP_ACCT_QUOTA succeeds all the same: ask with a dump first. Without CAP_NET_ADMIN
 * requests and joining are refused with EPERM.
 */
@NullMarked
package io.nurs.netlink.nfacct;

import org.jspecify.annotations.NullMarked;
