package io.nurs.appliance.traffic;

/**
 * Those with most octets in one window of time. Keys of addresses are IPv6 addresses, IPv4 ones mapped ({@code ::ffff:0:0/96}); keys of
 * ports have the protocol above the port's 16 bits.
 *
 * @param sources who sent
 * @param destinations to whom
 * @param ports what the originator went to, with the octets of both directions
 * @param octets of all traffic in the window
 */
public record TopWindow(TopList sources, TopList destinations, TopList ports, long octets) {}
