/** Every call into native code that is ours, each with its man page. Not exported. */
@NullMarked
package io.nurs.netlink.libc;

import org.jspecify.annotations.NullMarked;
