/**
 * The field model of RFC 7012, shared by NetFlow version 9 and IPFIX: IANA's elements, the templates made of them, the
 * encoder that packs records into datagrams, and what a decoder makes of them at the other end.
 *
 * <p>Encoding is the hot path: {@link io.nurs.flow.FlowRecord} and its source are <em>borrowed</em> until {@code write}
 * returns, octets go straight into the open datagram, and nothing is allocated for a record or a datagram. Decoding is
 * the cold path: it yields immutable values that own their octets.
 */
@NullMarked
package io.nurs.flow;

import org.jspecify.annotations.NullMarked;
