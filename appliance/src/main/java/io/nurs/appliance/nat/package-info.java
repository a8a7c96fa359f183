/** What an address translator has to log, and the bookkeeping behind it: RFC 8158 from conntrack's entries. */
@NullMarked
package io.nurs.appliance.nat;

import org.jspecify.annotations.NullMarked;
