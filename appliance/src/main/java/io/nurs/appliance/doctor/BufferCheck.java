package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
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
        return finding(place, source, entries, accounted(place, source.receiveBufferBytes()));
    }

    /** Of a source that is told more than ends: how many come at once nobody knows. */
    static Finding finding(Place place, ConntrackEventSourceConfig source) throws IOException {
        long accounted = accounted(place, source.receiveBufferBytes());
        String size = "%s, room for about %,d events".formatted(Octets.of(accounted / 2), accounted / EVENT_BYTES);
        String subject = place.subject("receive-buffer");
        return isCut(accounted / 2, source.receiveBufferBytes())
                ? cut(subject, size, source.receiveBufferBytes())
                : Finding.ok(subject, size);
    }

    private static long accounted(Place place, int receiveBufferBytes) throws IOException {
        NetlinkOptions options =
                NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER).withReceiveBufferBytes(receiveBufferBytes);
        NetlinkChannel channel = place.namespace().call(() -> NetlinkChannel.open(options));
        long accounted = channel.receiveBufferBytes();
        channel.unsafe().closeForcibly();
        return accounted;
    }

    /** The kernel rounds, and cuts a byte off its maximum. */
    private static boolean isCut(long granted, int asked) {
        return granted < asked - asked / 64;
    }

    private static Finding cut(String subject, String size, int asked) {
        return Finding.warn(
                subject,
                size + ", where " + Octets.of(asked)
                        + " was asked for: without CAP_NET_ADMIN net.core.rmem_max is the limit",
                "sysctl -w net.core.rmem_max=" + asked);
    }

    /** @param accounted twice what was granted */
    static Finding finding(Place place, ConntrackSourceConfig source, long entries, long accounted) {
        String subject = place.subject("receive-buffer");
        long granted = accounted / 2;
        long events = accounted / EVENT_BYTES * source.readers();
        String size = "%s, room for the ends of about %,d flows".formatted(Octets.of(granted), events);
        if (isCut(granted, source.receiveBufferBytes())) {
            return cut(subject, size, source.receiveBufferBytes());
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
