package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.nurs.appliance.source.PacketSource;
import io.nurs.appliance.source.PacketStats;

/** A reader of packets: what came, and what did not. */
final class PacketMeters implements Part {
    private final Meters meters;

    PacketMeters(MeterRegistry registry, PacketSource source) {
        meters = new Meters(registry, ApplianceMetrics.tags(source.sourceName(), source.reader()));
        source.channels().forEach((name, channel) -> NetlinkMeters.bind(meters, name, channel));
        SourceMeters.bindUp(meters, source);
        PacketStats stats = source.stats();
        String number = Integer.toString(source.number());
        meters.counter(
                "nurs.packets",
                "packets",
                "Packets of a group or queue that were handed to the stacks.",
                stats::packets,
                "number",
                number);
        meters.counter(
                "nurs.packet",
                "bytes",
                "Their octets from the network header on, whether the kernel copied them or not.",
                stats::octets,
                "number",
                number);
        meters.counter(
                "nurs.packets.lost",
                "packets",
                "Packets that the kernel numbered and could not deliver: gaps in their numbers.",
                stats::lostEvents,
                "number",
                number);
    }

    @Override
    public void refresh() {}

    @Override
    public void close() {
        meters.close();
    }
}
