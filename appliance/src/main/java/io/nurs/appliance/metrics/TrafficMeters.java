package io.nurs.appliance.metrics;

import io.nurs.appliance.traffic.TrafficClass;
import io.nurs.appliance.traffic.TrafficCounts;
import java.util.Locale;

/** What reports have told of, by protocol, IP version and direction. */
final class TrafficMeters {
    private TrafficMeters() {}

    static void bind(Meters meters, TrafficCounts counts) {
        for (TrafficClass protocol : TrafficClass.values()) {
            bind(meters, counts, protocol, false);
            bind(meters, counts, protocol, true);
        }
    }

    private static void bind(Meters meters, TrafficCounts counts, TrafficClass protocol, boolean ipv6) {
        String name = protocol.name().toLowerCase(Locale.ROOT);
        String version = ipv6 ? "6" : "4";
        meters.counter(
                "nurs.traffic.flows",
                "flows",
                "Flows whose last report was made, before any filter.",
                () -> counts.flows(protocol, ipv6),
                "protocol",
                name,
                "ip_version",
                version);
        for (boolean reply : new boolean[] {false, true}) {
            String[] tags = {"protocol", name, "ip_version", version, "direction", reply ? "reply" : "original"};
            meters.counter(
                    "nurs.traffic",
                    "bytes",
                    "Octets of layer 3 in reports of flows, before any filter.",
                    () -> counts.octets(protocol, ipv6, reply),
                    tags);
            meters.counter(
                    "nurs.traffic.packets",
                    "packets",
                    "Packets in reports of flows, before any filter.",
                    () -> counts.packets(protocol, ipv6, reply),
                    tags);
        }
    }
}
