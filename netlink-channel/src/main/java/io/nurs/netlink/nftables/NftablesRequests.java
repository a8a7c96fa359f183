package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import java.util.List;

/**
 * Writes the requests of nf_tables. Those that change something go in an {@link NftablesBatch}, the kernel takes them no
 * other way; those that read, {@link #resetObjects} too, go by themselves. A dump must be the only one under way on its
 * socket; a change of the rule set meanwhile shows as {@link NetlinkControl.DumpInterrupted}.
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

    /** Lists the rules of a family, or of all with NFPROTO_UNSPEC, chain by chain in their order. */
    public static NetlinkRequest rules(ByteBufAllocator allocator, int family) {
        return dump(allocator, NFT_MSG_GETRULE, family);
    }

    /** Lists the tables of a family, or of all with NFPROTO_UNSPEC. */
    public static NetlinkRequest tables(ByteBufAllocator allocator, int family) {
        return dump(allocator, NFT_MSG_GETTABLE, family);
    }

    /** Lists the chains of a family, or of all with NFPROTO_UNSPEC. */
    public static NetlinkRequest chains(ByteBufAllocator allocator, int family) {
        return dump(allocator, NFT_MSG_GETCHAIN, family);
    }

    /** Lists the sets and maps of a family, or of all with NFPROTO_UNSPEC, anonymous ones too; without their elements. */
    public static NetlinkRequest sets(ByteBufAllocator allocator, int family) {
        return dump(allocator, NFT_MSG_GETSET, family);
    }

    /** Lists the elements of a set; refused with ENOENT if there is none of the name. */
    public static NetlinkRequest elements(ByteBufAllocator allocator, int family, String table, String set) {
        return dump(allocator, NFT_MSG_GETSETELEM, family)
                .string(NFTA_SET_ELEM_LIST_TABLE, table)
                .string(NFTA_SET_ELEM_LIST_SET, set);
    }

    /**
     * Lists the named objects of a family, or of all with NFPROTO_UNSPEC.
     *
     * @param objectType {@code NFT_OBJECT_*}
     */
    public static NetlinkRequest objects(ByteBufAllocator allocator, int family, int objectType) {
        return dump(allocator, NFT_MSG_GETOBJ, family).u32(NFTA_OBJ_TYPE, objectType);
    }

    /** As {@link #objects}, and sets counters and what quotas have consumed to zero as it goes, for every reader of them. */
    public static NetlinkRequest resetObjects(ByteBufAllocator allocator, int family, int objectType) {
        return dump(allocator, NFT_MSG_GETOBJ_RESET, family).u32(NFTA_OBJ_TYPE, objectType);
    }

    /** Asks for one object, which comes before the acknowledgement; refused with ENOENT if there is none. */
    public static NetlinkRequest object(
            ByteBufAllocator allocator, int family, String table, String name, int objectType) {
        return object(allocator, NFT_MSG_GETOBJ, family, table, name, objectType);
    }

    /** As {@link #object(ByteBufAllocator, int, String, String, int)}, and sets it to zero. */
    public static NetlinkRequest resetObject(
            ByteBufAllocator allocator, int family, String table, String name, int objectType) {
        return object(allocator, NFT_MSG_GETOBJ_RESET, family, table, name, objectType);
    }

    /** Asks for the rule set's number, which comes before the acknowledgement. Also tells whether there is nf_tables. */
    public static NetlinkRequest generation(ByteBufAllocator allocator) {
        return request(allocator, NFT_MSG_GETGEN, NetlinkMessage.NLM_F_ACK, NFPROTO_UNSPEC);
    }

    private static NetlinkRequest object(
            ByteBufAllocator allocator, int type, int family, String table, String name, int objectType) {
        return request(allocator, type, NetlinkMessage.NLM_F_ACK, family)
                .string(NFTA_OBJ_TABLE, table)
                .string(NFTA_OBJ_NAME, name)
                .u32(NFTA_OBJ_TYPE, objectType);
    }

    private static NetlinkRequest dump(ByteBufAllocator allocator, int type, int family) {
        return request(allocator, type, NetlinkMessage.NLM_F_DUMP, family);
    }

    private static NetlinkRequest request(ByteBufAllocator allocator, int type, int flags, int family) {
        return NetlinkRequest.netfilter(allocator, NFNL_SUBSYS_NFTABLES, type, flags, family, 0);
    }
}
