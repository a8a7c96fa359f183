package io.nurs.appliance.source;

import io.nurs.netlink.nflog.NflogMessage;
import io.nurs.netlink.nfqueue.NfqueueMessage;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import io.nurs.netlink.packet.PacketMessage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One packet that a rule logged or queued. Borrowed, unlike other observations: one for each source, which points it at each packet in
 * turn; what it says holds until the packet has been exported.
 */
public final class ObservedPacket implements Observation {
    /** {@link #verdict()} of a packet that nobody had to judge. */
    public static final int NO_VERDICT = -1;

    /** {@link #uid()} and {@link #gid()} where no socket of this host sent the packet: INVALID_UID, linux/uidgid.h */
    public static final int NOBODY = -1;

    /** {@link #conntrackInfo()} of a packet of which it is not known. */
    public static final int NO_CONNTRACK = -1;

    // linux/netfilter.h
    private static final int NFPROTO_NETDEV = 5;
    private static final int NF_NETDEV_EGRESS = 1;
    private static final int NF_INET_LOCAL_OUT = 3;
    private static final int NF_INET_POST_ROUTING = 4;

    private static final int IPV6_HEADER_BYTES = 40;

    private final PacketHeaders headers = new PacketHeaders();
    private final PacketFrame frame = new PacketFrame();
    private final PacketPrefix prefix = new PacketPrefix();
    private final WallClock clock = new WallClock();
    private final NamedInterfaces names = new NamedInterfaces();
    private @Nullable PacketMessage message;
    private long timeNanos;
    private int verdict = NO_VERDICT;
    private boolean hasConntrack;

    /** Points it at a packet that nobody judges. */
    public ObservedPacket point(PacketMessage packet) {
        message = packet;
        verdict = NO_VERDICT;
        timeNanos = packet.hasTimestamp() ? packet.timestampNanos() : clock.epochNanos();
        hasConntrack = packet.readConntrack();
        long payload = packet.payloadOffset();
        headers.wrapNetwork(packet.memory(), Math.max(payload, 0), packet.payloadLength(), packet.protocol());
        frame.point(packet);
        if (frame.hasLink()) {
            headers.withEthernet(frame.linkOffset(), frame.linkLength());
        }
        prefix.point(packet instanceof NflogMessage logged ? logged : null);
        return this;
    }

    /** Points it at a packet and at what was decided: NF_DROP 0, NF_ACCEPT 1, NF_QUEUE 3, NF_REPEAT 4, linux/netfilter.h */
    public ObservedPacket point(PacketMessage packet, int decided) {
        point(packet);
        verdict = decided;
        return this;
    }

    /** Knows these names from now on, or none. */
    public void names(@Nullable InterfaceNames known) {
        names.know(known);
    }

    /** What the kernel tells of it. */
    public PacketMessage message() {
        return Objects.requireNonNull(message);
    }

    public PacketHeaders headers() {
        return headers;
    }

    /** The packet as it was on its link, as far as it is here. */
    public PacketFrame frame() {
        return frame;
    }

    /** What the rule calls it, as UTF-8; empty if nothing, and in a queue. */
    public PacketPrefix prefix() {
        return prefix;
    }

    /** Unix time: the kernel's, or that at which we heard of it. */
    public long timeNanos() {
        return timeNanos;
    }

    /** Of the group or the queue. */
    public int number() {
        return message().number();
    }

    /** Its place among those of its group, wrapping, or its id in its queue. */
    public int sequence() {
        return switch (message()) {
            case NflogMessage logged -> logged.sequence();
            case NfqueueMessage queued -> queued.packetId();
        };
    }

    /** Its place among those of all groups that count so; 0 in a queue. */
    public int globalSequence() {
        return message() instanceof NflogMessage logged ? logged.globalSequence() : 0;
    }

    /** Octets from its network header on, here or not; 0 if no octet of it is here and nobody tells. */
    public int packetLength() {
        int here = message() instanceof NfqueueMessage queued
                ? queued.packetLength()
                : message().payloadLength();
        long said = headers.isIpv6() ? ipv6Length() : headers.value(PacketField.IPV4_TOTAL_LENGTH);
        return Math.max(here, (int) said);
    }

    private long ipv6Length() {
        long payload = headers.value(PacketField.IPV6_PAYLOAD_LENGTH);
        return payload == 0 ? 0 : payload + IPV6_HEADER_BYTES;
    }

    /** Whether it is on its way out: at output, postrouting, or a device's egress. */
    public boolean isOutbound() {
        int hook = message().hook();
        return message().family() == NFPROTO_NETDEV
                ? hook == NF_NETDEV_EGRESS
                : hook == NF_INET_LOCAL_OUT || hook == NF_INET_POST_ROUTING;
    }

    public int uid() {
        return message().hasUid() ? message().uid() : NOBODY;
    }

    public int gid() {
        return message().hasUid() ? message().gid() : NOBODY;
    }

    /** {@code enum ip_conntrack_info}, or {@link #NO_CONNTRACK}. */
    public int conntrackInfo() {
        return message().hasConntrackInfo() ? message().conntrackInfo() : NO_CONNTRACK;
    }

    /** CTA_ID of its connection; 0 if that is not known. */
    public int conntrackId() {
        return hasConntrack ? message().conntrack().id() : 0;
    }

    /** CTA_MARK of its connection; 0 if that is not known. */
    public int conntrackMark() {
        return hasConntrack ? message().conntrack().mark() : 0;
    }

    /** {@code NF_*}, or {@link #NO_VERDICT}. */
    public int verdict() {
        return verdict;
    }

    /** Of the outermost tag; 0 if there is none. */
    public int vlanTci() {
        if (message().hasVlan()) {
            return message().vlanTci();
        }
        return (int) (headers.value(PacketField.VLAN_PRIORITY) << 13
                | headers.value(PacketField.VLAN_DROP_ELIGIBLE) << 12
                | headers.value(PacketField.VLAN_ID));
    }

    /** The sender's, in the low 48 bits; 0 if it is not known. */
    public long sourceMac() {
        return headers.has(PacketField.ETHERNET_SOURCE)
                ? headers.value(PacketField.ETHERNET_SOURCE)
                : frame.hardwareAddress();
    }

    /** In the low 48 bits; 0 if it is not known. */
    public long destinationMac() {
        return headers.value(PacketField.ETHERNET_DESTINATION);
    }

    /** Empty if there is no such interface, or its name is not known. */
    public String interfaceName(int index) {
        return names.name(index);
    }

    @Override
    public long packets() {
        return 1;
    }

    @Override
    public long octets() {
        return packetLength();
    }
}
