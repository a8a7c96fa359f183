package io.nurs.netlink.conntrack;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed view of one conntrack entry in an event or a dump. What a message lacks reads as 0; where 0 is also a value,
 * a {@code has} method tells. Which message carries what depends on its kind: a DESTROY has no labels, helper or master, a
 * NEW no counters.
 *
 * <p>Longer than a class should be, by an accessor for each attribute of the kernel's.
 */
public final class ConntrackMessage {
    /** Why the kernel sent the message. */
    public enum Kind {
        /** Event: an entry was made. */
        NEW,
        /** Event: an entry changed; without counters. */
        UPDATE,
        /** Event: an entry ended. */
        DESTROY,
        /** A dump lists the entry, or a packet comes with it. */
        DUMPED
    }

    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final AttributeIndex index = new AttributeIndex(ConntrackPolicy.ENTRY);
    private final MessageTuple original = new MessageTuple(this, index, ConntrackPolicy.ORIGINAL);
    private final MessageTuple reply = new MessageTuple(this, index, ConntrackPolicy.REPLY);
    private final MessageTuple master = new MessageTuple(this, index, ConntrackPolicy.MASTER);
    private MemorySegment memory = MemorySegment.NULL;
    private Kind kind = Kind.DUMPED;
    private int causedBy;

    ConntrackMessage() {}

    /** For messages of other families that have an entry among their attributes: NFULA_CT, NFQA_CT. See {@link #wrap}. */
    public static ConntrackMessage nested() {
        return new ConntrackMessage();
    }

    /** Points the view at a message; false if it is malformed or lacks a whole tuple, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        causedBy = message.portId();
        kind = kind(message);
        long start = message.offset();
        return index(start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length());
    }

    /**
     * Points a {@link #nested()} view at an entry's attributes, as {@link Kind#DUMPED}; false if they are malformed or lack a
     * whole tuple, and then the view must not be used.
     */
    public boolean wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        causedBy = 0;
        kind = Kind.DUMPED;
        return index(offset, offset + length);
    }

    private boolean index(long start, long end) {
        return index.index(memory, start, end)
                && original.isComplete()
                && reply.isComplete()
                // Who writes both directions to one record has room for one family.
                && original.isIpv6() == reply.isIpv6();
    }

    private static Kind kind(NetlinkMessage message) {
        if (message.subsystemType() == ConntrackAttribute.IPCTNL_MSG_CT_DELETE) {
            return Kind.DESTROY;
        }
        if ((message.flags() & NetlinkMessage.NLM_F_MULTI) != 0) {
            return Kind.DUMPED;
        }
        return (message.flags() & NetlinkMessage.NLM_F_CREATE) != 0 ? Kind.NEW : Kind.UPDATE;
    }

    public MemorySegment memory() {
        return memory;
    }

    public Kind kind() {
        return kind;
    }

    /**
     * The port id of the process that caused the event, 0 if the kernel did by itself: an entry that {@code conntrack -D}
     * deleted carries that process's. nlmsg_pid
     */
    public int causedBy() {
        return causedBy;
    }

    /** As the first packet came in. CTA_TUPLE_ORIG */
    public TupleView original() {
        return original;
    }

    /** As its answer comes in: what NAT changed shows here. CTA_TUPLE_REPLY */
    public TupleView reply() {
        return reply;
    }

    /** The connection that this one was expected by, if {@link #hasMaster()}. CTA_TUPLE_MASTER */
    public TupleView master() {
        return master;
    }

    public boolean hasMaster() {
        return index.has(ConntrackPolicy.HAS_MASTER) && master.isComplete();
    }

    /** False for entries made while net.netfilter.nf_conntrack_acct was 0, and in NEW and UPDATE events. */
    public boolean hasCounters() {
        return index.has(ConntrackPolicy.ORIGINAL_BYTES) && index.has(ConntrackPolicy.REPLY_BYTES);
    }

    /** Packets from the originator. CTA_COUNTERS_PACKETS of CTA_COUNTERS_ORIG */
    public long originalPackets() {
        return u64(ConntrackPolicy.ORIGINAL_PACKETS);
    }

    /** Octets from the originator, IP header included, link header not. CTA_COUNTERS_BYTES of CTA_COUNTERS_ORIG */
    public long originalBytes() {
        return u64(ConntrackPolicy.ORIGINAL_BYTES);
    }

    /** Packets to the originator. CTA_COUNTERS_PACKETS of CTA_COUNTERS_REPLY */
    public long replyPackets() {
        return u64(ConntrackPolicy.REPLY_PACKETS);
    }

    /** Octets to the originator, IP header included, link header not. CTA_COUNTERS_BYTES of CTA_COUNTERS_REPLY */
    public long replyBytes() {
        return u64(ConntrackPolicy.REPLY_BYTES);
    }

    /** False for entries made while net.netfilter.nf_conntrack_timestamp was 0, and in NEW and UPDATE events. */
    public boolean hasStart() {
        return index.has(ConntrackPolicy.START);
    }

    /** Unix time in ns (CLOCK_REALTIME) at which the entry was made. CTA_TIMESTAMP_START */
    public long startNanos() {
        return u64(ConntrackPolicy.START);
    }

    public boolean hasStop() {
        return index.has(ConntrackPolicy.STOP);
    }

    /** Unix time in ns at which the entry expired or was deleted: not its last packet's. CTA_TIMESTAMP_STOP */
    public long stopNanos() {
        return u64(ConntrackPolicy.STOP);
    }

    public boolean hasEventTime() {
        return index.has(ConntrackPolicy.TIMESTAMP_EVENT);
    }

    /** Unix time in ns of the event, since kernel 6.14. CTA_TIMESTAMP_EVENT */
    public long eventNanos() {
        return u64(ConntrackPolicy.TIMESTAMP_EVENT);
    }

    /** Whether {@link #timeoutSeconds()} is there: in a DESTROY only if the entry was deleted before it expired. */
    public boolean hasTimeout() {
        return index.has(ConntrackPolicy.TIMEOUT);
    }

    /** Seconds left until the entry expires. CTA_TIMEOUT */
    public int timeoutSeconds() {
        return u32(ConntrackPolicy.TIMEOUT);
    }

    /** {@code IPS_*} bits. CTA_STATUS */
    public int status() {
        return u32(ConntrackPolicy.STATUS);
    }

    /** connmark; 0 is also the value of an unmarked entry. CTA_MARK */
    public int mark() {
        return u32(ConntrackPolicy.MARK);
    }

    /** A 32-bit hash of the entry: two of 65,000 entries may share it. CTA_ID */
    public int id() {
        return u32(ConntrackPolicy.ID);
    }

    /** 0 is also the default zone. CTA_ZONE */
    public int zone() {
        return u16(ConntrackPolicy.ZONE);
    }

    /** Reference count. CTA_USE */
    public int useCount() {
        return u32(ConntrackPolicy.USE);
    }

    /** Obsolete; kernels send {@link #securityContext()}. CTA_SECMARK */
    public int secmark() {
        return u32(ConntrackPolicy.SECMARK);
    }

    /** Null if there is none. Allocates. CTA_SECCTX_NAME */
    public @Nullable String securityContext() {
        return string(ConntrackPolicy.SECURITY_CONTEXT);
    }

    /** The conntrack helper's name, such as "ftp"; null if there is none. Allocates. CTA_HELP_NAME */
    public @Nullable String helper() {
        return string(ConntrackPolicy.HELPER);
    }

    /** What the helper says of itself; null if nothing. Allocates. CTA_HELP_INFO */
    public byte @Nullable [] helperInformation() {
        return octets(ConntrackPolicy.HELPER_INFO);
    }

    /** The label bits, lowest first, as the kernel sends them; null if there are none. Allocates. CTA_LABELS */
    public byte @Nullable [] labels() {
        return octets(ConntrackPolicy.LABELS);
    }

    public boolean hasTcpState() {
        return index.has(ConntrackPolicy.TCP_STATE);
    }

    /** {@code TCP_CONNTRACK_*}. CTA_PROTOINFO_TCP_STATE */
    public int tcpState() {
        return u8(ConntrackPolicy.TCP_STATE);
    }

    /** CTA_PROTOINFO_TCP_WSCALE_ORIGINAL */
    public int tcpWindowScaleOriginal() {
        return u8(ConntrackPolicy.TCP_WSCALE_ORIGINAL);
    }

    /** CTA_PROTOINFO_TCP_WSCALE_REPLY */
    public int tcpWindowScaleReply() {
        return u8(ConntrackPolicy.TCP_WSCALE_REPLY);
    }

    /** The tracker's own flags, {@code IP_CT_TCP_FLAG_*}, not those of the TCP header. CTA_PROTOINFO_TCP_FLAGS_ORIGINAL */
    public int tcpTrackerFlagsOriginal() {
        return u8(ConntrackPolicy.TCP_FLAGS_ORIGINAL);
    }

    /** As {@link #tcpTrackerFlagsOriginal()}. CTA_PROTOINFO_TCP_FLAGS_REPLY */
    public int tcpTrackerFlagsReply() {
        return u8(ConntrackPolicy.TCP_FLAGS_REPLY);
    }

    public boolean hasDccpState() {
        return index.has(ConntrackPolicy.DCCP_STATE);
    }

    /** {@code CT_DCCP_*}. CTA_PROTOINFO_DCCP_STATE */
    public int dccpState() {
        return u8(ConntrackPolicy.DCCP_STATE);
    }

    /** CTA_PROTOINFO_DCCP_ROLE */
    public int dccpRole() {
        return u8(ConntrackPolicy.DCCP_ROLE);
    }

    /** CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ */
    public long dccpHandshakeSequence() {
        return u64(ConntrackPolicy.DCCP_HANDSHAKE_SEQ);
    }

    public boolean hasSctpState() {
        return index.has(ConntrackPolicy.SCTP_STATE);
    }

    /** {@code SCTP_CONNTRACK_*}. CTA_PROTOINFO_SCTP_STATE */
    public int sctpState() {
        return u8(ConntrackPolicy.SCTP_STATE);
    }

    /** CTA_PROTOINFO_SCTP_VTAG_ORIGINAL */
    public int sctpVerificationTagOriginal() {
        return u32(ConntrackPolicy.SCTP_VTAG_ORIGINAL);
    }

    /** CTA_PROTOINFO_SCTP_VTAG_REPLY */
    public int sctpVerificationTagReply() {
        return u32(ConntrackPolicy.SCTP_VTAG_REPLY);
    }

    public boolean hasSynproxy() {
        return index.has(ConntrackPolicy.SYNPROXY_ISN);
    }

    /** CTA_SYNPROXY_ISN */
    public int synproxyInitialSequence() {
        return u32(ConntrackPolicy.SYNPROXY_ISN);
    }

    /** CTA_SYNPROXY_ITS */
    public int synproxyInitialTimestamp() {
        return u32(ConntrackPolicy.SYNPROXY_ITS);
    }

    /** CTA_SYNPROXY_TSOFF */
    public int synproxyTimestampOffset() {
        return u32(ConntrackPolicy.SYNPROXY_TSOFF);
    }

    public boolean hasSequenceAdjustmentOriginal() {
        return index.has(ConntrackPolicy.SEQ_ADJ_ORIGINAL);
    }

    /** CTA_SEQADJ_CORRECTION_POS, _OFFSET_BEFORE, _OFFSET_AFTER (0, 1, 2) of CTA_SEQ_ADJ_ORIG */
    public int sequenceAdjustmentOriginal(int part) {
        return u32(ConntrackPolicy.SEQ_ADJ_ORIGINAL + part);
    }

    public boolean hasSequenceAdjustmentReply() {
        return index.has(ConntrackPolicy.SEQ_ADJ_REPLY);
    }

    /** CTA_SEQADJ_CORRECTION_POS, _OFFSET_BEFORE, _OFFSET_AFTER (0, 1, 2) of CTA_SEQ_ADJ_REPLY */
    public int sequenceAdjustmentReply(int part) {
        return u32(ConntrackPolicy.SEQ_ADJ_REPLY + part);
    }

    /** The entry as a value that may be kept. Allocates. */
    public ConntrackEntry snapshot() {
        return new ConntrackEntry(
                kind,
                original.snapshot(),
                reply.snapshot(),
                id(),
                status(),
                mark(),
                zone(),
                optional(ConntrackPolicy.ORIGINAL_PACKETS),
                optional(ConntrackPolicy.ORIGINAL_BYTES),
                optional(ConntrackPolicy.REPLY_PACKETS),
                optional(ConntrackPolicy.REPLY_BYTES),
                optional(ConntrackPolicy.START),
                optional(ConntrackPolicy.STOP));
    }

    int u8(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : Byte.toUnsignedInt(memory.get(U8, offset));
    }

    int u16(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : Short.toUnsignedInt(memory.get(U16, offset));
    }

    private int u32(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : memory.get(U32, offset);
    }

    private long u64(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : memory.get(U64, offset);
    }

    private OptionalLong optional(int slot) {
        return index.has(slot) ? OptionalLong.of(u64(slot)) : OptionalLong.empty();
    }

    private byte @Nullable [] octets(int slot) {
        if (!index.has(slot)) {
            return null;
        }
        byte[] octets = new byte[index.length(slot)];
        MemorySegment.copy(memory, U8, index.offset(slot), octets, 0, octets.length);
        return octets;
    }

    /** Up to the NUL, which the kernel's strings end with. */
    private @Nullable String string(int slot) {
        byte[] octets = octets(slot);
        if (octets == null) {
            return null;
        }
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return new String(octets, 0, end, StandardCharsets.UTF_8);
    }
}
