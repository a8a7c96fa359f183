/** Reads capture files, and the UDP datagrams and TCP streams in them. Nothing in a file makes it throw, or keep without bound. */
@NullMarked
package io.nurs.appliance.collect.pcap;

import org.jspecify.annotations.NullMarked;
