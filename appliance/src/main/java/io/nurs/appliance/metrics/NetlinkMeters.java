package io.nurs.appliance.metrics;

import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkStats;
import java.util.function.LongSupplier;

/** What came through one netlink channel. */
final class NetlinkMeters {
    private static final String ERRORS = "What the kernel sent and could not be used.";

    private NetlinkMeters() {}

    /** @param name what it brings */
    static void bind(Meters meters, String name, NetlinkChannel channel) {
        NetlinkStats stats = channel.stats();
        meters.counter(
                "nurs.netlink.messages", "messages", "Netlink messages received.", stats::messages, "channel", name);
        meters.counter(
                "nurs.netlink.received",
                "bytes",
                "Octets received from the kernel, netlink headers included.",
                stats::bytes,
                "channel",
                name);
        meters.counter(
                "nurs.netlink.datagrams",
                "datagrams",
                "Datagrams received from the kernel.",
                stats::datagrams,
                "channel",
                name);
        meters.counter(
                "nurs.netlink.overruns",
                "overruns",
                "Times that the socket reported that events were lost.",
                stats::overruns,
                "channel",
                name);
        error(meters, name, "malformed", stats::malformedMessages);
        error(meters, name, "truncated", stats::truncatedDatagrams);
        error(meters, name, "foreign", stats::foreignDatagrams);
        error(meters, name, "unknown", stats::unknownMessages);
        bindBuffer(meters, name, channel);
    }

    private static void error(Meters meters, String name, String reason, LongSupplier count) {
        meters.counter("nurs.netlink.decode.errors", "errors", ERRORS, count, "channel", name, "reason", reason);
    }

    private static void bindBuffer(Meters meters, String name, NetlinkChannel channel) {
        meters.counter(
                "nurs.netlink.kernel.drops",
                "messages",
                "Messages that did not fit into the receive buffer. With delivery: reliable each retry counts.",
                channel::kernelDrops,
                "channel",
                name);
        meters.gauge(
                "nurs.netlink.receive.buffer",
                "bytes",
                "Size of the receive buffer, as the kernel accounts for it.",
                channel::receiveBufferBytes,
                "channel",
                name);
        meters.gauge(
                "nurs.netlink.receive.queue",
                "bytes",
                "How much of the receive buffer is in use.",
                channel::queuedBytes,
                "channel",
                name);
    }
}
