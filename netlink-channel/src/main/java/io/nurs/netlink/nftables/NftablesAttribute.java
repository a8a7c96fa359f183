package io.nurs.netlink.nftables;

/** The constants of linux/netfilter/nf_tables.h (as of kernel 6.18) and nfnetlink.h that this package needs, verbatim. */
public final class NftablesAttribute {
    // linux/netfilter/nfnetlink.h
    public static final int NFNL_SUBSYS_NONE = 0;
    public static final int NFNL_SUBSYS_NFTABLES = 10;
    public static final int NFNL_MSG_BATCH_BEGIN = 16;
    public static final int NFNL_MSG_BATCH_END = 17;
    /** Every change of the rule set. */
    public static final int NFNLGRP_NFTABLES = 7;
    /** The path of packets that {@code meta nftrace set 1} marks. */
    public static final int NFNLGRP_NFTRACE = 9;

    // linux/netfilter.h
    public static final int NFPROTO_UNSPEC = 0;
    public static final int NFPROTO_INET = 1;
    public static final int NFPROTO_IPV4 = 2;
    public static final int NFPROTO_ARP = 3;
    public static final int NFPROTO_NETDEV = 5;
    public static final int NFPROTO_BRIDGE = 7;
    public static final int NFPROTO_IPV6 = 10;
    public static final int NF_INET_PRE_ROUTING = 0;
    public static final int NF_INET_LOCAL_IN = 1;
    public static final int NF_INET_FORWARD = 2;
    public static final int NF_INET_LOCAL_OUT = 3;
    public static final int NF_INET_POST_ROUTING = 4;
    public static final int NF_DROP = 0;
    public static final int NF_ACCEPT = 1;
    public static final int NF_STOLEN = 2;
    public static final int NF_QUEUE = 3;
    public static final int NF_REPEAT = 4;

    // enum nft_verdicts, beside those
    public static final int NFT_CONTINUE = -1;
    public static final int NFT_BREAK = -2;
    public static final int NFT_JUMP = -3;
    public static final int NFT_GOTO = -4;
    public static final int NFT_RETURN = -5;

    // linux/netfilter_ipv4.h, enum nf_ip_hook_priorities
    public static final int NF_IP_PRI_NAT_DST = -100;
    public static final int NF_IP_PRI_FILTER = 0;
    public static final int NF_IP_PRI_NAT_SRC = 100;

    // enum nf_tables_msg_types
    public static final int NFT_MSG_NEWTABLE = 0;
    public static final int NFT_MSG_GETTABLE = 1;
    public static final int NFT_MSG_DELTABLE = 2;
    public static final int NFT_MSG_NEWCHAIN = 3;
    public static final int NFT_MSG_GETCHAIN = 4;
    public static final int NFT_MSG_DELCHAIN = 5;
    public static final int NFT_MSG_NEWRULE = 6;
    public static final int NFT_MSG_GETRULE = 7;
    public static final int NFT_MSG_DELRULE = 8;
    public static final int NFT_MSG_NEWSET = 9;
    public static final int NFT_MSG_GETSET = 10;
    public static final int NFT_MSG_DELSET = 11;
    public static final int NFT_MSG_NEWSETELEM = 12;
    public static final int NFT_MSG_GETSETELEM = 13;
    public static final int NFT_MSG_DELSETELEM = 14;
    public static final int NFT_MSG_NEWGEN = 15;
    public static final int NFT_MSG_GETGEN = 16;
    public static final int NFT_MSG_TRACE = 17;
    public static final int NFT_MSG_NEWOBJ = 18;
    public static final int NFT_MSG_GETOBJ = 19;
    public static final int NFT_MSG_DELOBJ = 20;
    public static final int NFT_MSG_GETOBJ_RESET = 21;
    public static final int NFT_MSG_NEWFLOWTABLE = 22;
    public static final int NFT_MSG_GETFLOWTABLE = 23;
    public static final int NFT_MSG_DELFLOWTABLE = 24;
    public static final int NFT_MSG_GETRULE_RESET = 25;
    public static final int NFT_MSG_DESTROYTABLE = 26;
    public static final int NFT_MSG_DESTROYCHAIN = 27;
    public static final int NFT_MSG_DESTROYRULE = 28;
    public static final int NFT_MSG_DESTROYSET = 29;
    public static final int NFT_MSG_DESTROYSETELEM = 30;
    public static final int NFT_MSG_DESTROYOBJ = 31;
    public static final int NFT_MSG_DESTROYFLOWTABLE = 32;
    public static final int NFT_MSG_GETSETELEM_RESET = 33;

    /** enum nft_list_attributes */
    public static final int NFTA_LIST_ELEM = 1;

    // enum nft_hook_attributes
    public static final int NFTA_HOOK_HOOKNUM = 1;
    public static final int NFTA_HOOK_PRIORITY = 2;
    public static final int NFTA_HOOK_DEV = 3;

    // enum nft_table_attributes, nft_table_flags
    public static final int NFTA_TABLE_NAME = 1;
    public static final int NFTA_TABLE_FLAGS = 2;
    public static final int NFTA_TABLE_USE = 3;
    public static final int NFTA_TABLE_HANDLE = 4;
    public static final int NFTA_TABLE_USERDATA = 6;
    public static final int NFT_TABLE_F_DORMANT = 1;
    public static final int NFT_TABLE_F_OWNER = 1 << 1;

    // enum nft_chain_attributes
    public static final int NFTA_CHAIN_TABLE = 1;
    public static final int NFTA_CHAIN_HANDLE = 2;
    public static final int NFTA_CHAIN_NAME = 3;
    public static final int NFTA_CHAIN_HOOK = 4;
    public static final int NFTA_CHAIN_POLICY = 5;
    public static final int NFTA_CHAIN_USE = 6;
    public static final int NFTA_CHAIN_TYPE = 7;
    public static final int NFTA_CHAIN_COUNTERS = 8;
    public static final int NFTA_CHAIN_FLAGS = 10;
    public static final int NFTA_CHAIN_USERDATA = 12;

    // enum nft_rule_attributes
    public static final int NFTA_RULE_TABLE = 1;
    public static final int NFTA_RULE_CHAIN = 2;
    public static final int NFTA_RULE_HANDLE = 3;
    public static final int NFTA_RULE_EXPRESSIONS = 4;
    public static final int NFTA_RULE_POSITION = 6;
    public static final int NFTA_RULE_USERDATA = 7;

    // enum nft_set_attributes, nft_set_flags
    public static final int NFTA_SET_TABLE = 1;
    public static final int NFTA_SET_NAME = 2;
    public static final int NFTA_SET_FLAGS = 3;
    public static final int NFTA_SET_KEY_TYPE = 4;
    public static final int NFTA_SET_KEY_LEN = 5;
    public static final int NFTA_SET_DATA_TYPE = 6;
    public static final int NFTA_SET_DATA_LEN = 7;
    public static final int NFTA_SET_ID = 10;
    public static final int NFTA_SET_TIMEOUT = 11;
    public static final int NFTA_SET_USERDATA = 13;
    public static final int NFTA_SET_OBJ_TYPE = 15;
    public static final int NFTA_SET_HANDLE = 16;
    public static final int NFT_SET_ANONYMOUS = 1 << 0;
    public static final int NFT_SET_CONSTANT = 1 << 1;
    public static final int NFT_SET_INTERVAL = 1 << 2;
    public static final int NFT_SET_MAP = 1 << 3;
    public static final int NFT_SET_TIMEOUT = 1 << 4;
    public static final int NFT_SET_EVAL = 1 << 5;
    public static final int NFT_SET_OBJECT = 1 << 6;
    public static final int NFT_SET_CONCAT = 1 << 7;
    public static final int NFT_SET_EXPR = 1 << 8;

    // enum nft_set_elem_list_attributes, nft_set_elem_attributes, nft_set_elem_flags
    public static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    public static final int NFTA_SET_ELEM_LIST_SET = 2;
    public static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    public static final int NFTA_SET_ELEM_LIST_SET_ID = 4;
    public static final int NFTA_SET_ELEM_KEY = 1;
    public static final int NFTA_SET_ELEM_DATA = 2;
    public static final int NFTA_SET_ELEM_FLAGS = 3;
    public static final int NFTA_SET_ELEM_TIMEOUT = 4;
    public static final int NFTA_SET_ELEM_EXPIRATION = 5;
    public static final int NFTA_SET_ELEM_USERDATA = 6;
    public static final int NFTA_SET_ELEM_OBJREF = 9;
    public static final int NFTA_SET_ELEM_KEY_END = 10;
    public static final int NFT_SET_ELEM_INTERVAL_END = 1;
    public static final int NFT_SET_ELEM_CATCHALL = 1 << 1;

    // enum nft_object_attributes, and NFT_OBJECT_*
    public static final int NFTA_OBJ_TABLE = 1;
    public static final int NFTA_OBJ_NAME = 2;
    public static final int NFTA_OBJ_TYPE = 3;
    public static final int NFTA_OBJ_DATA = 4;
    public static final int NFTA_OBJ_USE = 5;
    public static final int NFTA_OBJ_HANDLE = 6;
    public static final int NFTA_OBJ_USERDATA = 8;
    public static final int NFT_OBJECT_COUNTER = 1;
    public static final int NFT_OBJECT_QUOTA = 2;
    public static final int NFT_OBJECT_CT_HELPER = 3;
    public static final int NFT_OBJECT_LIMIT = 4;
    public static final int NFT_OBJECT_CONNLIMIT = 5;
    public static final int NFT_OBJECT_TUNNEL = 6;
    public static final int NFT_OBJECT_CT_TIMEOUT = 7;
    public static final int NFT_OBJECT_SECMARK = 8;
    public static final int NFT_OBJECT_CT_EXPECT = 9;
    public static final int NFT_OBJECT_SYNPROXY = 10;

    // enum nft_flowtable_attributes, nft_flowtable_hook_attributes
    public static final int NFTA_FLOWTABLE_TABLE = 1;
    public static final int NFTA_FLOWTABLE_NAME = 2;
    public static final int NFTA_FLOWTABLE_HOOK = 3;
    public static final int NFTA_FLOWTABLE_USE = 4;
    public static final int NFTA_FLOWTABLE_HANDLE = 5;
    public static final int NFTA_FLOWTABLE_FLAGS = 7;
    public static final int NFTA_FLOWTABLE_HOOK_NUM = 1;
    public static final int NFTA_FLOWTABLE_HOOK_PRIORITY = 2;

    // enum nft_gen_attributes
    public static final int NFTA_GEN_ID = 1;
    public static final int NFTA_GEN_PROC_PID = 2;
    public static final int NFTA_GEN_PROC_NAME = 3;

    // enum nft_trace_attributes, nft_trace_types; older kernels send none about conntrack
    public static final int NFTA_TRACE_TABLE = 1;
    public static final int NFTA_TRACE_CHAIN = 2;
    public static final int NFTA_TRACE_RULE_HANDLE = 3;
    public static final int NFTA_TRACE_TYPE = 4;
    public static final int NFTA_TRACE_VERDICT = 5;
    public static final int NFTA_TRACE_ID = 6;
    public static final int NFTA_TRACE_LL_HEADER = 7;
    public static final int NFTA_TRACE_NETWORK_HEADER = 8;
    public static final int NFTA_TRACE_TRANSPORT_HEADER = 9;
    public static final int NFTA_TRACE_IIF = 10;
    public static final int NFTA_TRACE_IIFTYPE = 11;
    public static final int NFTA_TRACE_OIF = 12;
    public static final int NFTA_TRACE_OIFTYPE = 13;
    public static final int NFTA_TRACE_MARK = 14;
    public static final int NFTA_TRACE_NFPROTO = 15;
    public static final int NFTA_TRACE_POLICY = 16;
    public static final int NFTA_TRACE_CT_ID = 18;
    public static final int NFTA_TRACE_CT_DIRECTION = 19;
    public static final int NFTA_TRACE_CT_STATUS = 20;
    public static final int NFTA_TRACE_CT_STATE = 21;
    public static final int NFT_TRACETYPE_POLICY = 1;
    public static final int NFT_TRACETYPE_RETURN = 2;
    public static final int NFT_TRACETYPE_RULE = 3;

    // enum nft_expr_attributes
    public static final int NFTA_EXPR_NAME = 1;
    public static final int NFTA_EXPR_DATA = 2;

    // enum nft_data_attributes, nft_verdict_attributes
    public static final int NFTA_DATA_VALUE = 1;
    public static final int NFTA_DATA_VERDICT = 2;
    public static final int NFTA_VERDICT_CODE = 1;
    public static final int NFTA_VERDICT_CHAIN = 2;

    // enum nft_registers
    public static final int NFT_REG_VERDICT = 0;
    public static final int NFT_REG_1 = 1;

    // enum nft_immediate_attributes
    public static final int NFTA_IMMEDIATE_DREG = 1;
    public static final int NFTA_IMMEDIATE_DATA = 2;

    // enum nft_bitwise_attributes
    public static final int NFTA_BITWISE_SREG = 1;
    public static final int NFTA_BITWISE_DREG = 2;
    public static final int NFTA_BITWISE_LEN = 3;
    public static final int NFTA_BITWISE_MASK = 4;
    public static final int NFTA_BITWISE_XOR = 5;

    // enum nft_cmp_attributes, nft_cmp_ops
    public static final int NFTA_CMP_SREG = 1;
    public static final int NFTA_CMP_OP = 2;
    public static final int NFTA_CMP_DATA = 3;
    public static final int NFT_CMP_EQ = 0;
    public static final int NFT_CMP_NEQ = 1;
    public static final int NFT_CMP_LT = 2;
    public static final int NFT_CMP_LTE = 3;
    public static final int NFT_CMP_GT = 4;
    public static final int NFT_CMP_GTE = 5;

    // enum nft_range_attributes, nft_range_ops
    public static final int NFTA_RANGE_SREG = 1;
    public static final int NFTA_RANGE_OP = 2;
    public static final int NFTA_RANGE_FROM_DATA = 3;
    public static final int NFTA_RANGE_TO_DATA = 4;
    public static final int NFT_RANGE_EQ = 0;
    public static final int NFT_RANGE_NEQ = 1;

    // enum nft_lookup_attributes, nft_lookup_flags
    public static final int NFTA_LOOKUP_SET = 1;
    public static final int NFTA_LOOKUP_SREG = 2;
    public static final int NFTA_LOOKUP_DREG = 3;
    public static final int NFTA_LOOKUP_FLAGS = 5;
    public static final int NFT_LOOKUP_F_INV = 1;

    // enum nft_objref_attributes
    public static final int NFTA_OBJREF_IMM_TYPE = 1;
    public static final int NFTA_OBJREF_IMM_NAME = 2;

    // enum nft_limit_attributes, nft_limit_type, nft_limit_flags
    public static final int NFTA_LIMIT_RATE = 1;
    public static final int NFTA_LIMIT_UNIT = 2;
    public static final int NFTA_LIMIT_BURST = 3;
    public static final int NFTA_LIMIT_TYPE = 4;
    public static final int NFTA_LIMIT_FLAGS = 5;
    public static final int NFT_LIMIT_PKTS = 0;
    public static final int NFT_LIMIT_F_INV = 1;

    // enum nft_log_attributes, nft_log_level
    public static final int NFTA_LOG_GROUP = 1;
    public static final int NFTA_LOG_PREFIX = 2;
    public static final int NFTA_LOG_SNAPLEN = 3;
    public static final int NFTA_LOG_QTHRESHOLD = 4;
    public static final int NFTA_LOG_LEVEL = 5;
    public static final int NFTA_LOG_FLAGS = 6;
    public static final int NFT_LOGLEVEL_WARNING = 4;

    // enum nft_masq_attributes, nft_redir_attributes, nft_reject_attributes, nft_reject_types
    public static final int NFTA_MASQ_FLAGS = 1;
    public static final int NFTA_MASQ_REG_PROTO_MIN = 2;
    public static final int NFTA_MASQ_REG_PROTO_MAX = 3;
    public static final int NFTA_REDIR_REG_PROTO_MIN = 1;
    public static final int NFTA_REDIR_REG_PROTO_MAX = 2;
    public static final int NFTA_REDIR_FLAGS = 3;
    public static final int NFTA_REJECT_TYPE = 1;
    public static final int NFTA_REJECT_ICMP_CODE = 2;
    public static final int NFT_REJECT_ICMP_UNREACH = 0;
    public static final int NFT_REJECT_TCP_RST = 1;
    public static final int NFT_REJECT_ICMPX_UNREACH = 2;

    // enum nft_payload_attributes, nft_payload_bases
    public static final int NFTA_PAYLOAD_DREG = 1;
    public static final int NFTA_PAYLOAD_BASE = 2;
    public static final int NFTA_PAYLOAD_OFFSET = 3;
    public static final int NFTA_PAYLOAD_LEN = 4;
    public static final int NFT_PAYLOAD_NETWORK_HEADER = 1;
    public static final int NFT_PAYLOAD_TRANSPORT_HEADER = 2;

    // enum nft_meta_attributes, nft_meta_keys
    public static final int NFTA_META_DREG = 1;
    public static final int NFTA_META_KEY = 2;
    public static final int NFTA_META_SREG = 3;
    public static final int NFT_META_MARK = 3;
    public static final int NFT_META_IIFNAME = 6;
    public static final int NFT_META_OIFNAME = 7;
    public static final int NFT_META_NFTRACE = 12;
    public static final int NFT_META_NFPROTO = 15;
    public static final int NFT_META_L4PROTO = 16;

    // enum nft_ct_attributes, nft_ct_keys
    public static final int NFTA_CT_DREG = 1;
    public static final int NFTA_CT_KEY = 2;
    public static final int NFTA_CT_SREG = 4;
    public static final int NFT_CT_STATE = 0;
    public static final int NFT_CT_MARK = 3;

    // NF_CT_STATE_BIT, linux/netfilter/nf_conntrack_common.h
    public static final int CT_STATE_ESTABLISHED = 1 << 1;
    public static final int CT_STATE_RELATED = 1 << 2;

    // enum nft_counter_attributes
    public static final int NFTA_COUNTER_BYTES = 1;
    public static final int NFTA_COUNTER_PACKETS = 2;

    // enum nft_quota_attributes, nft_quota_flags
    public static final int NFTA_QUOTA_BYTES = 1;
    public static final int NFTA_QUOTA_FLAGS = 2;
    public static final int NFTA_QUOTA_CONSUMED = 4;
    /** {@code over}: matches beyond the quota, not within it. */
    public static final int NFT_QUOTA_F_INV = 1;

    public static final int NFT_QUOTA_F_DEPLETED = 1 << 1;

    // enum nft_nat_attributes, nft_nat_types
    public static final int NFTA_NAT_TYPE = 1;
    public static final int NFTA_NAT_FAMILY = 2;
    public static final int NFTA_NAT_REG_ADDR_MIN = 3;
    public static final int NFTA_NAT_REG_ADDR_MAX = 4;
    public static final int NFTA_NAT_REG_PROTO_MIN = 5;
    public static final int NFTA_NAT_REG_PROTO_MAX = 6;
    public static final int NFTA_NAT_FLAGS = 7;
    public static final int NFT_NAT_SNAT = 0;
    public static final int NFT_NAT_DNAT = 1;

    // NF_NAT_RANGE_*, linux/netfilter/nf_nat.h
    public static final int NF_NAT_RANGE_MAP_IPS = 1;
    public static final int NF_NAT_RANGE_PROTO_SPECIFIED = 1 << 1;
    public static final int NF_NAT_RANGE_PROTO_RANDOM = 1 << 2;
    public static final int NF_NAT_RANGE_PERSISTENT = 1 << 3;
    public static final int NF_NAT_RANGE_PROTO_RANDOM_FULLY = 1 << 4;

    private NftablesAttribute() {}
}
