package io.nurs.appliance.collect.pcap;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * One packet of a capture file.
 *
 * @param number from 1, as tcpdump and Wireshark count
 * @param linkType https://www.tcpdump.org/linktypes.html
 * @param data big-endian, from the link layer's header on
 */
record CapturedPacket(long number, Instant time, int linkType, ByteBuffer data) {}
