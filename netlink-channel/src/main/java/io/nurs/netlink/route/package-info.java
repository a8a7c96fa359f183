/** Links, addresses and routes: linux/rtnetlink.h, in the host's byte order. Of answers, links only. */
@NullMarked
package io.nurs.netlink.route;

import org.jspecify.annotations.NullMarked;
