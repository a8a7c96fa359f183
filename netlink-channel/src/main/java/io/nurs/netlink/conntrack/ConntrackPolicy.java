package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.nurs.netlink.AttributePolicy;

/** Which attributes of an entry we remember, how long each must be, and in which slot of the index it lands. */
final class ConntrackPolicy {
    // Of a tuple, counted from its first slot.
    static final int SOURCE = 0;
    static final int DESTINATION = 1;
    static final int SOURCE_V6 = 2;
    static final int DESTINATION_V6 = 3;
    static final int PROTOCOL = 4;
    static final int SOURCE_PORT = 5;
    static final int DESTINATION_PORT = 6;
    static final int ICMP_ID = 7;
    static final int ICMP_TYPE = 8;
    static final int ICMP_CODE = 9;
    static final int TUPLE_ZONE = 10;
    private static final int TUPLE_SLOTS = 11;

    static final int ORIGINAL = 0;
    static final int REPLY = ORIGINAL + TUPLE_SLOTS;
    static final int MASTER = REPLY + TUPLE_SLOTS;
    static final int STATUS = MASTER + TUPLE_SLOTS;
    static final int TIMEOUT = STATUS + 1;
    static final int MARK = STATUS + 2;
    static final int ID = STATUS + 3;
    static final int ZONE = STATUS + 4;
    static final int USE = STATUS + 5;
    static final int SECMARK = STATUS + 6;
    static final int SECURITY_CONTEXT = STATUS + 7;
    static final int LABELS = STATUS + 8;
    static final int HELPER = STATUS + 9;
    static final int HELPER_INFO = STATUS + 10;
    static final int TIMESTAMP_EVENT = STATUS + 11;
    static final int START = STATUS + 12;
    static final int STOP = STATUS + 13;
    static final int ORIGINAL_PACKETS = STATUS + 14;
    static final int ORIGINAL_BYTES = STATUS + 15;
    static final int REPLY_PACKETS = STATUS + 16;
    static final int REPLY_BYTES = STATUS + 17;
    static final int TCP_STATE = STATUS + 18;
    static final int TCP_WSCALE_ORIGINAL = STATUS + 19;
    static final int TCP_WSCALE_REPLY = STATUS + 20;
    static final int TCP_FLAGS_ORIGINAL = STATUS + 21;
    static final int TCP_FLAGS_REPLY = STATUS + 22;
    static final int DCCP_STATE = STATUS + 23;
    static final int DCCP_ROLE = STATUS + 24;
    static final int DCCP_HANDSHAKE_SEQ = STATUS + 25;
    static final int SCTP_STATE = STATUS + 26;
    static final int SCTP_VTAG_ORIGINAL = STATUS + 27;
    static final int SCTP_VTAG_REPLY = STATUS + 28;
    static final int SYNPROXY_ISN = STATUS + 29;
    static final int SYNPROXY_ITS = STATUS + 30;
    static final int SYNPROXY_TSOFF = STATUS + 31;
    // Each of the two: CORRECTION_POS, OFFSET_BEFORE, OFFSET_AFTER.
    static final int SEQ_ADJ_ORIGINAL = STATUS + 32;
    static final int SEQ_ADJ_REPLY = STATUS + 35;
    static final int HAS_MASTER = STATUS + 38;

    static final AttributePolicy ENTRY = new AttributePolicy()
            .nested(CTA_TUPLE_ORIG, tuple(ORIGINAL))
            .nested(CTA_TUPLE_REPLY, tuple(REPLY))
            .nested(CTA_TUPLE_MASTER, HAS_MASTER, tuple(MASTER))
            .value(CTA_STATUS, STATUS, 4)
            .value(CTA_TIMEOUT, TIMEOUT, 4)
            .value(CTA_MARK, MARK, 4)
            .value(CTA_ID, ID, 4)
            .value(CTA_ZONE, ZONE, 2)
            .value(CTA_USE, USE, 4)
            .value(CTA_SECMARK, SECMARK, 4)
            .value(CTA_LABELS, LABELS, 1)
            .value(CTA_TIMESTAMP_EVENT, TIMESTAMP_EVENT, 8)
            .nested(CTA_SECCTX, new AttributePolicy().value(CTA_SECCTX_NAME, SECURITY_CONTEXT, 0))
            .nested(
                    CTA_HELP,
                    new AttributePolicy().value(CTA_HELP_NAME, HELPER, 0).value(CTA_HELP_INFO, HELPER_INFO, 0))
            .nested(
                    CTA_TIMESTAMP,
                    new AttributePolicy().value(CTA_TIMESTAMP_START, START, 8).value(CTA_TIMESTAMP_STOP, STOP, 8))
            .nested(CTA_COUNTERS_ORIG, counters(ORIGINAL_PACKETS, ORIGINAL_BYTES))
            .nested(CTA_COUNTERS_REPLY, counters(REPLY_PACKETS, REPLY_BYTES))
            .nested(CTA_SEQ_ADJ_ORIG, sequenceAdjustment(SEQ_ADJ_ORIGINAL))
            .nested(CTA_SEQ_ADJ_REPLY, sequenceAdjustment(SEQ_ADJ_REPLY))
            .nested(
                    CTA_SYNPROXY,
                    new AttributePolicy()
                            .value(CTA_SYNPROXY_ISN, SYNPROXY_ISN, 4)
                            .value(CTA_SYNPROXY_ITS, SYNPROXY_ITS, 4)
                            .value(CTA_SYNPROXY_TSOFF, SYNPROXY_TSOFF, 4))
            .nested(CTA_PROTOINFO, protocolInformation());

    private ConntrackPolicy() {}

    private static AttributePolicy tuple(int first) {
        return new AttributePolicy()
                .nested(
                        CTA_TUPLE_IP,
                        new AttributePolicy()
                                .value(CTA_IP_V4_SRC, first + SOURCE, 4)
                                .value(CTA_IP_V4_DST, first + DESTINATION, 4)
                                .value(CTA_IP_V6_SRC, first + SOURCE_V6, 16)
                                .value(CTA_IP_V6_DST, first + DESTINATION_V6, 16))
                .nested(
                        CTA_TUPLE_PROTO,
                        new AttributePolicy()
                                .value(CTA_PROTO_NUM, first + PROTOCOL, 1)
                                .value(CTA_PROTO_SRC_PORT, first + SOURCE_PORT, 2)
                                .value(CTA_PROTO_DST_PORT, first + DESTINATION_PORT, 2)
                                .value(CTA_PROTO_ICMP_ID, first + ICMP_ID, 2)
                                .value(CTA_PROTO_ICMP_TYPE, first + ICMP_TYPE, 1)
                                .value(CTA_PROTO_ICMP_CODE, first + ICMP_CODE, 1)
                                .value(CTA_PROTO_ICMPV6_ID, first + ICMP_ID, 2)
                                .value(CTA_PROTO_ICMPV6_TYPE, first + ICMP_TYPE, 1)
                                .value(CTA_PROTO_ICMPV6_CODE, first + ICMP_CODE, 1))
                .value(CTA_TUPLE_ZONE, first + TUPLE_ZONE, 2);
    }

    private static AttributePolicy counters(int packets, int bytes) {
        return new AttributePolicy().value(CTA_COUNTERS_PACKETS, packets, 8).value(CTA_COUNTERS_BYTES, bytes, 8);
    }

    private static AttributePolicy sequenceAdjustment(int first) {
        return new AttributePolicy()
                .value(CTA_SEQADJ_CORRECTION_POS, first, 4)
                .value(CTA_SEQADJ_OFFSET_BEFORE, first + 1, 4)
                .value(CTA_SEQADJ_OFFSET_AFTER, first + 2, 4);
    }

    private static AttributePolicy protocolInformation() {
        return new AttributePolicy()
                .nested(
                        CTA_PROTOINFO_TCP,
                        new AttributePolicy()
                                .value(CTA_PROTOINFO_TCP_STATE, TCP_STATE, 1)
                                .value(CTA_PROTOINFO_TCP_WSCALE_ORIGINAL, TCP_WSCALE_ORIGINAL, 1)
                                .value(CTA_PROTOINFO_TCP_WSCALE_REPLY, TCP_WSCALE_REPLY, 1)
                                .value(CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, TCP_FLAGS_ORIGINAL, 2)
                                .value(CTA_PROTOINFO_TCP_FLAGS_REPLY, TCP_FLAGS_REPLY, 2))
                .nested(
                        CTA_PROTOINFO_DCCP,
                        new AttributePolicy()
                                .value(CTA_PROTOINFO_DCCP_STATE, DCCP_STATE, 1)
                                .value(CTA_PROTOINFO_DCCP_ROLE, DCCP_ROLE, 1)
                                .value(CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ, DCCP_HANDSHAKE_SEQ, 8))
                .nested(
                        CTA_PROTOINFO_SCTP,
                        new AttributePolicy()
                                .value(CTA_PROTOINFO_SCTP_STATE, SCTP_STATE, 1)
                                .value(CTA_PROTOINFO_SCTP_VTAG_ORIGINAL, SCTP_VTAG_ORIGINAL, 4)
                                .value(CTA_PROTOINFO_SCTP_VTAG_REPLY, SCTP_VTAG_REPLY, 4));
    }
}
