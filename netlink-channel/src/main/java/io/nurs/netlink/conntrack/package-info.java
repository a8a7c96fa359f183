/** What linux/netfilter/nfnetlink_conntrack.h says: entries of the connection tracking table, and their events. */
@NullMarked
package io.nurs.netlink.conntrack;

import org.jspecify.annotations.NullMarked;
