package io.nurs.appliance.collect.pcap;

import io.netty.buffer.ByteBuf;
import io.nurs.appliance.collect.Arrival;
import io.nurs.appliance.collect.Eldest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Datagrams that begin like messages of flows and go on like none. If their destination turns out to be a collector,
 * they are an exporter's faults, and are looked at; bounded in number, as most are something else.
 */
final class Undecided {
    private static final int MAX_DESTINATIONS = 64;
    private static final int MAX_EACH = 8;

    record Datagram(InetSocketAddress from, ByteBuf payload, Arrival arrival) {}

    private final Map<InetSocketAddress, List<Datagram>> byDestination = new Eldest<>(MAX_DESTINATIONS);

    void keep(InetSocketAddress to, Datagram datagram) {
        List<Datagram> earlier = byDestination.computeIfAbsent(to, destination -> new ArrayList<>());
        if (earlier.size() < MAX_EACH) {
            earlier.add(datagram);
        }
    }

    /** Those that came to what is a collector now, in their order. */
    List<Datagram> take(InetSocketAddress collector) {
        List<Datagram> datagrams = byDestination.remove(collector);
        return datagrams == null ? List.of() : datagrams;
    }
}
