package io.nurs.appliance.totals;

import java.util.ArrayList;
import java.util.List;

/**
 * A conntrack entry as a test states it. Addresses are made of a number; the reply tuple is the original's mirror, from a
 * translated destination.
 *
 * @param zoneKind a {@code SlotLayout.ZONE_}
 * @param key both ports, or ICMP's id, type and code
 * @param start 0 for none
 */
record Entry(
        boolean ipv6,
        int id,
        int zone,
        int zoneKind,
        int protocol,
        int source,
        int destination,
        int key,
        long start,
        int mark,
        List<Long> counters) {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int GRE = 47;

    static Entry udp(int id, int source) {
        return new Entry(false, id, 0, 0, UDP, source, 7, 1000 << 16 | 53, 0, 0, List.of(0L, 0L, 0L, 0L));
    }

    static Entry udp6(int id, int source) {
        return udp(id, source).withIpv6();
    }

    Entry withIpv6() {
        return new Entry(true, id, zone, zoneKind, protocol, source, destination, key, start, mark, counters);
    }

    Entry withId(int other) {
        return new Entry(ipv6, other, zone, zoneKind, protocol, source, destination, key, start, mark, counters);
    }

    Entry withZone(int number, int kind) {
        return new Entry(ipv6, id, number, kind, protocol, source, destination, key, start, mark, counters);
    }

    Entry withProtocol(int number, int protocolKey) {
        return new Entry(ipv6, id, zone, zoneKind, number, source, destination, protocolKey, start, mark, counters);
    }

    Entry withStart(long nanos) {
        return new Entry(ipv6, id, zone, zoneKind, protocol, source, destination, key, nanos, mark, counters);
    }

    Entry withMark(int number) {
        return new Entry(ipv6, id, zone, zoneKind, protocol, source, destination, key, start, number, counters);
    }

    Entry withCounters(Long... four) {
        return new Entry(ipv6, id, zone, zoneKind, protocol, source, destination, key, start, mark, List.of(four));
    }

    /** All that tells flows apart but the start. */
    List<Object> identity() {
        return List.of(ipv6, id, zone, zoneKind, protocol, source, destination, key);
    }

    List<Object> identityAndStart() {
        List<Object> all = new ArrayList<>(identity());
        all.add(start);
        return all;
    }
}
