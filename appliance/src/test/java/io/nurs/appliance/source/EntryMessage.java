package io.nurs.appliance.source;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.net.InetAddress;

/** A message about an entry as the kernel writes it, with the attributes that a test cares for. What is -1 is left out. */
public final class EntryMessage {
    private static final int PORT_ID_INDEX = 12;

    private final int type;
    private final int flags;
    private ConntrackTuple original = tuple("198.51.100.2", 40000, "203.0.113.2", 53);
    private ConntrackTuple reply = original.reversed();
    private int id = 1;
    private int portId;
    private int mark;
    private int zone;
    private int originalZone;
    private int status;
    private int timeoutSeconds = -1;
    private int tcpState = -1;
    private long originalPackets = -1;
    private long originalBytes;
    private long replyPackets;
    private long replyBytes;
    private long startNanos = -1;
    private long stopNanos = -1;
    private long eventNanos = -1;

    private EntryMessage(int type, int flags) {
        this.type = type;
        this.flags = flags;
    }

    public static EntryMessage destroy() {
        return new EntryMessage(IPCTNL_MSG_CT_DELETE, 0);
    }

    public static EntryMessage dumped() {
        return new EntryMessage(IPCTNL_MSG_CT_NEW, NetlinkMessage.NLM_F_MULTI);
    }

    /** The event that an entry was made. */
    public static EntryMessage created() {
        return new EntryMessage(IPCTNL_MSG_CT_NEW, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL);
    }

    public static EntryMessage update() {
        return new EntryMessage(IPCTNL_MSG_CT_NEW, 0);
    }

    /** A tuple of UDP's, or of another protocol's with ports. */
    public static ConntrackTuple tuple(String source, int sourcePort, String destination, int destinationPort) {
        return ConntrackTuple.of(
                InetAddress.ofLiteral(source), InetAddress.ofLiteral(destination), 17, sourcePort, destinationPort);
    }

    public EntryMessage tuples(ConntrackTuple original, ConntrackTuple reply) {
        this.original = original;
        this.reply = reply;
        return this;
    }

    public EntryMessage id(int value) {
        id = value;
        return this;
    }

    /** Who caused the event. */
    public EntryMessage portId(int value) {
        portId = value;
        return this;
    }

    public EntryMessage mark(int value) {
        mark = value;
        return this;
    }

    /** Of the original direction alone. */
    public EntryMessage originalZone(int value) {
        originalZone = value;
        return this;
    }

    /** Of both directions. */
    public EntryMessage zone(int value) {
        zone = value;
        return this;
    }

    /** IPS_* */
    public EntryMessage status(int value) {
        status = value;
        return this;
    }

    public EntryMessage timeoutSeconds(int value) {
        timeoutSeconds = value;
        return this;
    }

    public EntryMessage tcpState(int value) {
        tcpState = value;
        return this;
    }

    public EntryMessage counters(long packets, long bytes, long packetsBack, long bytesBack) {
        originalPackets = packets;
        originalBytes = bytes;
        replyPackets = packetsBack;
        replyBytes = bytesBack;
        return this;
    }

    public EntryMessage startMillis(long millis) {
        startNanos = millis * 1_000_000;
        return this;
    }

    public EntryMessage stopMillis(long millis) {
        stopNanos = millis * 1_000_000;
        return this;
    }

    /** When the event was, which kernels before 6.14 do not say. */
    public EntryMessage eventMillis(long millis) {
        eventNanos = millis * 1_000_000;
        return this;
    }

    /** The message's octets. */
    public byte[] octets() {
        boolean ipv6 = original.source().getAddress().length == 16;
        NetlinkRequest message = NetlinkRequest.netfilter(
                UnpooledByteBufAllocator.DEFAULT, NFNL_SUBSYS_CTNETLINK, type, flags, ipv6 ? 10 : 2, 0);
        write(message, CTA_TUPLE_ORIG, original, ipv6, originalZone);
        write(message, CTA_TUPLE_REPLY, reply, ipv6, 0);
        message.u32(CTA_ID, id).u32(CTA_MARK, mark).u32(CTA_STATUS, status);
        if (zone != 0) {
            message.u16(CTA_ZONE, zone);
        }
        if (timeoutSeconds >= 0) {
            message.u32(CTA_TIMEOUT, timeoutSeconds);
        }
        if (originalPackets >= 0) {
            counters(message, CTA_COUNTERS_ORIG, originalPackets, originalBytes);
            counters(message, CTA_COUNTERS_REPLY, replyPackets, replyBytes);
        }
        if (startNanos >= 0) {
            message.nested(CTA_TIMESTAMP, () -> times(message));
        }
        if (eventNanos >= 0) {
            message.u64(CTA_TIMESTAMP_EVENT, eventNanos);
        }
        if (zone != 0) {
            message.u16(CTA_ZONE, zone);
        }
        if (tcpState >= 0) {
            message.nested(
                    CTA_PROTOINFO,
                    () -> message.nested(CTA_PROTOINFO_TCP, () -> message.u8(CTA_PROTOINFO_TCP_STATE, tcpState)));
        }
        ByteBuf buffer = message.buffer();
        buffer.setIntLE(PORT_ID_INDEX, portId);
        byte[] octets = ByteBufUtil.getBytes(buffer);
        message.release();
        return octets;
    }

    private void times(NetlinkRequest message) {
        message.u64(CTA_TIMESTAMP_START, startNanos);
        if (stopNanos >= 0) {
            message.u64(CTA_TIMESTAMP_STOP, stopNanos);
        }
    }

    private static void counters(NetlinkRequest message, int type, long packets, long bytes) {
        message.nested(type, () -> message.u64(CTA_COUNTERS_PACKETS, packets).u64(CTA_COUNTERS_BYTES, bytes));
    }

    private static void write(NetlinkRequest message, int type, ConntrackTuple tuple, boolean ipv6, int zone) {
        message.nested(type, () -> {
            if (zone != 0) {
                message.u16(CTA_TUPLE_ZONE, zone);
            }
            message.nested(CTA_TUPLE_IP, () -> {
                message.octets(
                        ipv6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, tuple.source().getAddress());
                message.octets(
                        ipv6 ? CTA_IP_V6_DST : CTA_IP_V4_DST,
                        tuple.destination().getAddress());
            });
            message.nested(CTA_TUPLE_PROTO, () -> {
                message.u8(CTA_PROTO_NUM, tuple.protocol());
                switch (tuple.protocol()) {
                    case 1 ->
                        message.u16(CTA_PROTO_ICMP_ID, tuple.icmpId())
                                .u8(CTA_PROTO_ICMP_TYPE, tuple.icmpType())
                                .u8(CTA_PROTO_ICMP_CODE, tuple.icmpCode());
                    case 58 ->
                        message.u16(CTA_PROTO_ICMPV6_ID, tuple.icmpId())
                                .u8(CTA_PROTO_ICMPV6_TYPE, tuple.icmpType())
                                .u8(CTA_PROTO_ICMPV6_CODE, tuple.icmpCode());
                    default ->
                        message.u16(CTA_PROTO_SRC_PORT, tuple.sourcePort())
                                .u16(CTA_PROTO_DST_PORT, tuple.destinationPort());
                }
            });
        });
    }
}
