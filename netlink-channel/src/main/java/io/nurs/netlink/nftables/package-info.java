/** Rules of nftables, written in transactions, and the counters in them: linux/netfilter/nf_tables.h. */
@NullMarked
package io.nurs.netlink.nftables;

import org.jspecify.annotations.NullMarked;
