package io.nurs.netlink.nftables;

/** The constants of linux/netfilter/nf_tables.h and nfnetlink.h that this package needs, verbatim. */
public final class NftablesAttribute {
    // linux/netfilter/nfnetlink.h
    public static final int NFNL_SUBSYS_NONE = 0;
    public static final int NFNL_SUBSYS_NFTABLES = 10;
    public static final int NFNL_MSG_BATCH_BEGIN = 16;
    public static final int NFNL_MSG_BATCH_END = 17;

    // linux/netfilter.h
    public static final int NFPROTO_INET = 1;
    public static final int NFPROTO_IPV4 = 2;
    public static final int NFPROTO_IPV6 = 10;
    public static final int NF_INET_PRE_ROUTING = 0;
    public static final int NF_INET_FORWARD = 2;
    public static final int NF_INET_POST_ROUTING = 4;
    public static final int NF_ACCEPT = 1;

    // linux/netfilter_ipv4.h, enum nf_ip_hook_priorities
    public static final int NF_IP_PRI_NAT_DST = -100;
    public static final int NF_IP_PRI_FILTER = 0;
    public static final int NF_IP_PRI_NAT_SRC = 100;

    // enum nf_tables_msg_types
    public static final int NFT_MSG_NEWTABLE = 0;
    public static final int NFT_MSG_NEWCHAIN = 3;
    public static final int NFT_MSG_NEWRULE = 6;
    public static final int NFT_MSG_GETRULE = 7;

    /** enum nft_list_attributes */
    public static final int NFTA_LIST_ELEM = 1;

    // enum nft_hook_attributes
    public static final int NFTA_HOOK_HOOKNUM = 1;
    public static final int NFTA_HOOK_PRIORITY = 2;

    /** enum nft_table_attributes */
    public static final int NFTA_TABLE_NAME = 1;

    // enum nft_chain_attributes
    public static final int NFTA_CHAIN_TABLE = 1;
    public static final int NFTA_CHAIN_NAME = 3;
    public static final int NFTA_CHAIN_HOOK = 4;
    public static final int NFTA_CHAIN_TYPE = 7;

    // enum nft_rule_attributes
    public static final int NFTA_RULE_TABLE = 1;
    public static final int NFTA_RULE_CHAIN = 2;
    public static final int NFTA_RULE_HANDLE = 3;
    public static final int NFTA_RULE_EXPRESSIONS = 4;

    // enum nft_expr_attributes
    public static final int NFTA_EXPR_NAME = 1;
    public static final int NFTA_EXPR_DATA = 2;

    // enum nft_data_attributes, nft_verdict_attributes
    public static final int NFTA_DATA_VALUE = 1;
    public static final int NFTA_DATA_VERDICT = 2;
    public static final int NFTA_VERDICT_CODE = 1;

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

    // enum nft_payload_attributes, nft_payload_bases
    public static final int NFTA_PAYLOAD_DREG = 1;
    public static final int NFTA_PAYLOAD_BASE = 2;
    public static final int NFTA_PAYLOAD_OFFSET = 3;
    public static final int NFTA_PAYLOAD_LEN = 4;
    public static final int NFT_PAYLOAD_TRANSPORT_HEADER = 2;

    // enum nft_meta_attributes, nft_meta_keys
    public static final int NFTA_META_DREG = 1;
    public static final int NFTA_META_KEY = 2;
    public static final int NFT_META_L4PROTO = 16;

    // enum nft_ct_attributes, nft_ct_keys
    public static final int NFTA_CT_DREG = 1;
    public static final int NFTA_CT_KEY = 2;
    public static final int NFT_CT_STATE = 0;

    // NF_CT_STATE_BIT, linux/netfilter/nf_conntrack_common.h
    public static final int CT_STATE_ESTABLISHED = 1 << 1;
    public static final int CT_STATE_RELATED = 1 << 2;

    // enum nft_counter_attributes
    public static final int NFTA_COUNTER_BYTES = 1;
    public static final int NFTA_COUNTER_PACKETS = 2;

    // enum nft_nat_attributes, nft_nat_types
    public static final int NFTA_NAT_TYPE = 1;
    public static final int NFTA_NAT_FAMILY = 2;
    public static final int NFTA_NAT_REG_ADDR_MIN = 3;
    public static final int NFT_NAT_SNAT = 0;
    public static final int NFT_NAT_DNAT = 1;

    private NftablesAttribute() {}
}
