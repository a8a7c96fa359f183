package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import java.util.List;

/**
 * Writes the requests of nf_tables. Those that change something go in an {@link NftablesBatch}, the kernel takes them no
 * other way; {@link #rules} goes by itself.
 */
public final class NftablesRequests {
    private static final int CREATE = NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE;

    private NftablesRequests() {}

    /** {@code add table FAMILY TABLE} */
    public static NetlinkRequest newTable(ByteBufAllocator allocator, int family, String table) {
        return request(allocator, NFT_MSG_NEWTABLE, CREATE, family).string(NFTA_TABLE_NAME, table);
    }

    /**
     * {@code add chain FAMILY TABLE CHAIN { type TYPE hook HOOK priority PRIORITY; }}, which accepts what no rule decides.
     *
     * @param type "filter", "nat" or "route"
     * @param hook {@code NF_INET_*}
     * @param priority such as {@code NF_IP_PRI_*}: the lowest comes first
     */
    public static NetlinkRequest newBaseChain(
            ByteBufAllocator allocator, int family, String table, String chain, String type, int hook, int priority) {
        NetlinkRequest request = request(allocator, NFT_MSG_NEWCHAIN, CREATE, family)
                .string(NFTA_CHAIN_TABLE, table)
                .string(NFTA_CHAIN_NAME, chain);
        request.nested(
                NFTA_CHAIN_HOOK, () -> request.u32(NFTA_HOOK_HOOKNUM, hook).u32(NFTA_HOOK_PRIORITY, priority));
        return request.string(NFTA_CHAIN_TYPE, type);
    }

    /** {@code add rule FAMILY TABLE CHAIN EXPRESSIONS}, behind the chain's other rules. */
    public static NetlinkRequest newRule(
            ByteBufAllocator allocator, int family, String table, String chain, List<NftablesExpression> expressions) {
        NetlinkRequest request = request(allocator, NFT_MSG_NEWRULE, CREATE | NetlinkMessage.NLM_F_APPEND, family)
                .string(NFTA_RULE_TABLE, table)
                .string(NFTA_RULE_CHAIN, chain);
        return request.nested(
                NFTA_RULE_EXPRESSIONS, () -> expressions.forEach(expression -> expression.write(request)));
    }

    /** Lists a chain's rules as {@link NftablesMessage}s. Older kernels list the whole family: look at the chain's name. */
    public static NetlinkRequest rules(ByteBufAllocator allocator, int family, String table, String chain) {
        return request(allocator, NFT_MSG_GETRULE, NetlinkMessage.NLM_F_DUMP, family)
                .string(NFTA_RULE_TABLE, table)
                .string(NFTA_RULE_CHAIN, chain);
    }

    private static NetlinkRequest request(ByteBufAllocator allocator, int type, int flags, int family) {
        return NetlinkRequest.netfilter(allocator, NFNL_SUBSYS_NFTABLES, type, flags, family, 0);
    }
}
