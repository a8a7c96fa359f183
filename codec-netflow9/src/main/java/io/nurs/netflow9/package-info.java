/** The NetFlow version 9 wire of RFC 3954. */
@NullMarked
package io.nurs.netflow9;

import org.jspecify.annotations.NullMarked;
