package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import java.io.IOException;

/** What the kernel gives of the receive buffer that is asked for, by asking for it. The socket joins no group, so it is no listener. */
final class BufferCheck {
    /** Of a buffer as the kernel accounts for it, by one event: measured. {@link NetlinkOptions} */
    private static final int EVENT_BYTES = 1280;

    private BufferCheck() {}

    static Finding finding(Place place, ConntrackSourceConfig source, long entries) throws IOException {
        NetlinkOptions options = NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER)
                .withReceiveBufferBytes(source.receiveBufferBytes());
        NetlinkChannel channel = place.namespace().call(() -> NetlinkChannel.open(options));
        long accounted = channel.receiveBufferBytes();
        channel.unsafe().closeForcibly();
        return finding(place, source, entries, accounted);
    }

    /** @param accounted twice what was granted */
    static Finding finding(Place place, ConntrackSourceConfig source, long entries, long accounted) {
        String subject = place.subject("receive-buffer");
        long granted = accounted / 2;
        long events = accounted / EVENT_BYTES * source.readers();
        String size = "%s, room for the ends of about %,d flows".formatted(Octets.of(granted), events);
        // The kernel rounds, and cuts a byte off its maximum.
        if (granted < source.receiveBufferBytes() - source.receiveBufferBytes() / 64) {
            return Finding.warn(
                    subject,
                    size + ", where " + Octets.of(source.receiveBufferBytes())
                            + " was asked for: without CAP_NET_ADMIN net.core.rmem_max is the limit",
                    "sysctl -w net.core.rmem_max=" + source.receiveBufferBytes());
        }
        if (source.delivery() == Delivery.BEST_EFFORT && events < entries) {
            return Finding.warn(
                    subject,
                    size
                            + ", and the table has %,d: if many end at once, some are lost (delivery: best-effort)"
                                    .formatted(entries),
                    "write delivery: reliable, or a larger receive-buffer");
        }
        return Finding.ok(
                subject,
                size
                        + (source.delivery() == Delivery.RELIABLE
                                ? "; the kernel keeps those beyond and tries again"
                                : ""));
    }
}
