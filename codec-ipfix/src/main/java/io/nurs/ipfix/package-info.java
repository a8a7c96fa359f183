/** The IPFIX wire of RFC 7011: messages in UDP datagrams, in a TCP or TLS connection, or one after the other in a file. */
@NullMarked
package io.nurs.ipfix;

import org.jspecify.annotations.NullMarked;
