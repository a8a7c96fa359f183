package io.nurs.netlink.conntrack;

/** The constants of linux/netfilter/nfnetlink_conntrack.h and nf_conntrack_common.h as of kernel 6.18, verbatim. */
public final class ConntrackAttribute {
    /** linux/netfilter/nfnetlink.h */
    public static final int NFNL_SUBSYS_CTNETLINK = 1;

    public static final int NFNL_SUBSYS_CTNETLINK_EXP = 2;

    // enum nfnetlink_groups, linux/netfilter/nfnetlink.h
    public static final int NFNLGRP_CONNTRACK_NEW = 1;
    public static final int NFNLGRP_CONNTRACK_UPDATE = 2;
    public static final int NFNLGRP_CONNTRACK_DESTROY = 3;

    // enum cntl_msg_types
    public static final int IPCTNL_MSG_CT_NEW = 0;
    public static final int IPCTNL_MSG_CT_GET = 1;
    public static final int IPCTNL_MSG_CT_DELETE = 2;
    public static final int IPCTNL_MSG_CT_GET_CTRZERO = 3;
    public static final int IPCTNL_MSG_CT_GET_STATS_CPU = 4;
    public static final int IPCTNL_MSG_CT_GET_STATS = 5;
    public static final int IPCTNL_MSG_CT_GET_DYING = 6;
    public static final int IPCTNL_MSG_CT_GET_UNCONFIRMED = 7;

    /** enum ctnl_exp_msg_types */
    public static final int IPCTNL_MSG_EXP_GET_STATS_CPU = 3;

    // enum ctattr_type
    public static final int CTA_TUPLE_ORIG = 1;
    public static final int CTA_TUPLE_REPLY = 2;
    public static final int CTA_STATUS = 3;
    public static final int CTA_PROTOINFO = 4;
    public static final int CTA_HELP = 5;
    public static final int CTA_NAT_SRC = 6;
    public static final int CTA_TIMEOUT = 7;
    public static final int CTA_MARK = 8;
    public static final int CTA_COUNTERS_ORIG = 9;
    public static final int CTA_COUNTERS_REPLY = 10;
    public static final int CTA_USE = 11;
    public static final int CTA_ID = 12;
    public static final int CTA_NAT_DST = 13;
    public static final int CTA_TUPLE_MASTER = 14;
    public static final int CTA_SEQ_ADJ_ORIG = 15;
    public static final int CTA_SEQ_ADJ_REPLY = 16;
    /** Obsolete: kernels send CTA_SECCTX. */
    public static final int CTA_SECMARK = 17;

    public static final int CTA_ZONE = 18;
    public static final int CTA_SECCTX = 19;
    public static final int CTA_TIMESTAMP = 20;
    public static final int CTA_MARK_MASK = 21;
    public static final int CTA_LABELS = 22;
    public static final int CTA_LABELS_MASK = 23;
    public static final int CTA_SYNPROXY = 24;
    public static final int CTA_FILTER = 25;
    public static final int CTA_STATUS_MASK = 26;
    /** Since 6.14. */
    public static final int CTA_TIMESTAMP_EVENT = 27;

    // enum ctattr_tuple
    public static final int CTA_TUPLE_IP = 1;
    public static final int CTA_TUPLE_PROTO = 2;
    public static final int CTA_TUPLE_ZONE = 3;

    // enum ctattr_ip
    public static final int CTA_IP_V4_SRC = 1;
    public static final int CTA_IP_V4_DST = 2;
    public static final int CTA_IP_V6_SRC = 3;
    public static final int CTA_IP_V6_DST = 4;

    // enum ctattr_l4proto
    public static final int CTA_PROTO_NUM = 1;
    public static final int CTA_PROTO_SRC_PORT = 2;
    public static final int CTA_PROTO_DST_PORT = 3;
    public static final int CTA_PROTO_ICMP_ID = 4;
    public static final int CTA_PROTO_ICMP_TYPE = 5;
    public static final int CTA_PROTO_ICMP_CODE = 6;
    public static final int CTA_PROTO_ICMPV6_ID = 7;
    public static final int CTA_PROTO_ICMPV6_TYPE = 8;
    public static final int CTA_PROTO_ICMPV6_CODE = 9;

    // enum ctattr_protoinfo
    public static final int CTA_PROTOINFO_TCP = 1;
    public static final int CTA_PROTOINFO_DCCP = 2;
    public static final int CTA_PROTOINFO_SCTP = 3;

    // enum ctattr_protoinfo_tcp
    public static final int CTA_PROTOINFO_TCP_STATE = 1;
    public static final int CTA_PROTOINFO_TCP_WSCALE_ORIGINAL = 2;
    public static final int CTA_PROTOINFO_TCP_WSCALE_REPLY = 3;
    public static final int CTA_PROTOINFO_TCP_FLAGS_ORIGINAL = 4;
    public static final int CTA_PROTOINFO_TCP_FLAGS_REPLY = 5;

    // enum ctattr_protoinfo_dccp
    public static final int CTA_PROTOINFO_DCCP_STATE = 1;
    public static final int CTA_PROTOINFO_DCCP_ROLE = 2;
    public static final int CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ = 3;

    // enum ctattr_protoinfo_sctp
    public static final int CTA_PROTOINFO_SCTP_STATE = 1;
    public static final int CTA_PROTOINFO_SCTP_VTAG_ORIGINAL = 2;
    public static final int CTA_PROTOINFO_SCTP_VTAG_REPLY = 3;

    // enum ctattr_counters
    public static final int CTA_COUNTERS_PACKETS = 1;
    public static final int CTA_COUNTERS_BYTES = 2;

    // enum ctattr_tstamp
    public static final int CTA_TIMESTAMP_START = 1;
    public static final int CTA_TIMESTAMP_STOP = 2;

    // enum ctattr_nat, ctattr_protonat: only in requests
    public static final int CTA_NAT_V4_MINIP = 1;
    public static final int CTA_NAT_V4_MAXIP = 2;
    public static final int CTA_NAT_PROTO = 3;
    public static final int CTA_NAT_V6_MINIP = 4;
    public static final int CTA_NAT_V6_MAXIP = 5;
    public static final int CTA_PROTONAT_PORT_MIN = 1;
    public static final int CTA_PROTONAT_PORT_MAX = 2;

    // enum ctattr_seqadj
    public static final int CTA_SEQADJ_CORRECTION_POS = 1;
    public static final int CTA_SEQADJ_OFFSET_BEFORE = 2;
    public static final int CTA_SEQADJ_OFFSET_AFTER = 3;

    // enum ctattr_synproxy
    public static final int CTA_SYNPROXY_ISN = 1;
    public static final int CTA_SYNPROXY_ITS = 2;
    public static final int CTA_SYNPROXY_TSOFF = 3;

    // enum ctattr_help
    public static final int CTA_HELP_NAME = 1;
    public static final int CTA_HELP_INFO = 2;

    // enum ctattr_secctx
    public static final int CTA_SECCTX_NAME = 1;

    // enum ctattr_stats_cpu; SEARCHED, NEW, IGNORE, DELETE and DELETE_LIST are not sent any more
    public static final int CTA_STATS_SEARCHED = 1;
    public static final int CTA_STATS_FOUND = 2;
    public static final int CTA_STATS_NEW = 3;
    public static final int CTA_STATS_INVALID = 4;
    public static final int CTA_STATS_IGNORE = 5;
    public static final int CTA_STATS_DELETE = 6;
    public static final int CTA_STATS_DELETE_LIST = 7;
    public static final int CTA_STATS_INSERT = 8;
    public static final int CTA_STATS_INSERT_FAILED = 9;
    public static final int CTA_STATS_DROP = 10;
    public static final int CTA_STATS_EARLY_DROP = 11;
    public static final int CTA_STATS_ERROR = 12;
    public static final int CTA_STATS_SEARCH_RESTART = 13;
    public static final int CTA_STATS_CLASH_RESOLVE = 14;
    public static final int CTA_STATS_CHAIN_TOOLONG = 15;

    // enum ctattr_stats_global
    public static final int CTA_STATS_GLOBAL_ENTRIES = 1;
    public static final int CTA_STATS_GLOBAL_MAX_ENTRIES = 2;

    // enum ctattr_expect_stats
    public static final int CTA_STATS_EXP_NEW = 1;
    public static final int CTA_STATS_EXP_CREATE = 2;
    public static final int CTA_STATS_EXP_DELETE = 3;

    // enum ctattr_filter: only in requests
    public static final int CTA_FILTER_ORIG_FLAGS = 1;
    public static final int CTA_FILTER_REPLY_FLAGS = 2;

    // enum ip_conntrack_status, linux/netfilter/nf_conntrack_common.h
    public static final int IPS_EXPECTED = 1;
    public static final int IPS_SEEN_REPLY = 1 << 1;
    public static final int IPS_ASSURED = 1 << 2;
    public static final int IPS_CONFIRMED = 1 << 3;
    public static final int IPS_SRC_NAT = 1 << 4;
    public static final int IPS_DST_NAT = 1 << 5;
    public static final int IPS_SEQ_ADJUST = 1 << 6;
    public static final int IPS_SRC_NAT_DONE = 1 << 7;
    public static final int IPS_DST_NAT_DONE = 1 << 8;
    public static final int IPS_DYING = 1 << 9;
    public static final int IPS_FIXED_TIMEOUT = 1 << 10;
    public static final int IPS_TEMPLATE = 1 << 11;
    public static final int IPS_UNTRACKED = 1 << 12;
    public static final int IPS_HELPER = 1 << 13;
    public static final int IPS_OFFLOAD = 1 << 14;
    public static final int IPS_HW_OFFLOAD = 1 << 15;

    // enum tcp_conntrack, linux/netfilter/nf_conntrack_tcp.h
    public static final int TCP_CONNTRACK_NONE = 0;
    public static final int TCP_CONNTRACK_SYN_SENT = 1;
    public static final int TCP_CONNTRACK_SYN_RECV = 2;
    public static final int TCP_CONNTRACK_ESTABLISHED = 3;
    public static final int TCP_CONNTRACK_FIN_WAIT = 4;
    public static final int TCP_CONNTRACK_CLOSE_WAIT = 5;
    public static final int TCP_CONNTRACK_LAST_ACK = 6;
    public static final int TCP_CONNTRACK_TIME_WAIT = 7;
    public static final int TCP_CONNTRACK_CLOSE = 8;
    public static final int TCP_CONNTRACK_SYN_SENT2 = 9;

    // enum sctp_conntrack, linux/netfilter/nf_conntrack_sctp.h
    public static final int SCTP_CONNTRACK_NONE = 0;
    public static final int SCTP_CONNTRACK_CLOSED = 1;
    public static final int SCTP_CONNTRACK_COOKIE_WAIT = 2;
    public static final int SCTP_CONNTRACK_COOKIE_ECHOED = 3;
    public static final int SCTP_CONNTRACK_ESTABLISHED = 4;
    public static final int SCTP_CONNTRACK_SHUTDOWN_SENT = 5;
    public static final int SCTP_CONNTRACK_SHUTDOWN_RECD = 6;
    public static final int SCTP_CONNTRACK_SHUTDOWN_ACK_SENT = 7;
    public static final int SCTP_CONNTRACK_HEARTBEAT_SENT = 8;

    private ConntrackAttribute() {}
}
