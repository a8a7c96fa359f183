/** Links, addresses and routes: linux/rtnetlink.h, in the host's byte order. Only requests so far. */
@NullMarked
package io.nurs.netlink.route;

import org.jspecify.annotations.NullMarked;
