@NullMarked
package io.nurs.netlink;

import org.jspecify.annotations.NullMarked;
