package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.AttributePolicy;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed view of one step of a traced packet: NFT_MSG_TRACE, what {@code nft monitor trace} prints. A packet's steps have
 * one {@link #id}. Headers, interfaces and conntrack's view come with the first step in each base chain only.
 */
public final class NftablesTrace {
    private static final int VERDICT_CHAIN = 0;
    private static final int VERDICT_CODE = NFTA_TRACE_VERDICT;

    private static final AttributePolicy POLICY = new AttributePolicy()
            .value(NFTA_TRACE_TABLE, NFTA_TRACE_TABLE, 1)
            .value(NFTA_TRACE_CHAIN, NFTA_TRACE_CHAIN, 1)
            .value(NFTA_TRACE_RULE_HANDLE, NFTA_TRACE_RULE_HANDLE, Long.BYTES)
            .value(NFTA_TRACE_TYPE, NFTA_TRACE_TYPE, Integer.BYTES)
            .nested(
                    NFTA_TRACE_VERDICT,
                    new AttributePolicy()
                            .value(NFTA_VERDICT_CODE, VERDICT_CODE, Integer.BYTES)
                            .value(NFTA_VERDICT_CHAIN, VERDICT_CHAIN, 1))
            .value(NFTA_TRACE_ID, NFTA_TRACE_ID, Integer.BYTES)
            .value(NFTA_TRACE_LL_HEADER, NFTA_TRACE_LL_HEADER, 0)
            .value(NFTA_TRACE_NETWORK_HEADER, NFTA_TRACE_NETWORK_HEADER, 0)
            .value(NFTA_TRACE_TRANSPORT_HEADER, NFTA_TRACE_TRANSPORT_HEADER, 0)
            .value(NFTA_TRACE_IIF, NFTA_TRACE_IIF, Integer.BYTES)
            .value(NFTA_TRACE_IIFTYPE, NFTA_TRACE_IIFTYPE, Short.BYTES)
            .value(NFTA_TRACE_OIF, NFTA_TRACE_OIF, Integer.BYTES)
            .value(NFTA_TRACE_OIFTYPE, NFTA_TRACE_OIFTYPE, Short.BYTES)
            .value(NFTA_TRACE_MARK, NFTA_TRACE_MARK, Integer.BYTES)
            .value(NFTA_TRACE_NFPROTO, NFTA_TRACE_NFPROTO, Integer.BYTES)
            .value(NFTA_TRACE_POLICY, NFTA_TRACE_POLICY, Integer.BYTES)
            .value(NFTA_TRACE_CT_ID, NFTA_TRACE_CT_ID, Integer.BYTES)
            .value(NFTA_TRACE_CT_DIRECTION, NFTA_TRACE_CT_DIRECTION, 1)
            .value(NFTA_TRACE_CT_STATUS, NFTA_TRACE_CT_STATUS, Integer.BYTES)
            .value(NFTA_TRACE_CT_STATE, NFTA_TRACE_CT_STATE, Integer.BYTES);

    private final AttributeIndex attributes = new AttributeIndex(POLICY);
    private final KnownNames names = new KnownNames();
    private MemorySegment memory = MemorySegment.NULL;
    private int family;

    NftablesTrace() {}

    /** Points the view at a NFT_MSG_TRACE; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        family = message.family();
        long start = message.offset();
        return attributes.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length())
                && attributes.has(NFTA_TRACE_ID)
                && attributes.has(NFTA_TRACE_TYPE);
    }

    /** Where the headers are read from. */
    public MemorySegment memory() {
        return memory;
    }

    /** The table's {@code NFPROTO_*}. */
    public int family() {
        return family;
    }

    /** Allocates only for a name that did not come lately. NFTA_TRACE_TABLE */
    public String table() {
        return string(NFTA_TRACE_TABLE);
    }

    /** As {@link #table()}. NFTA_TRACE_CHAIN */
    public String chain() {
        return string(NFTA_TRACE_CHAIN);
    }

    /** {@code NFT_TRACETYPE_*}: a rule was met, the packet came to the end of a chain called by a jump, or of a base chain. */
    public int type() {
        return u32(NFTA_TRACE_TYPE);
    }

    /**
     * The rule's number, as in {@link NftablesMessage#handle}; 0 at the end of a chain's rules, where a kernel may send a
     * step of NFT_TRACETYPE_RULE with NFT_CONTINUE, which nft(8) does not print. NFTA_TRACE_RULE_HANDLE
     */
    public long ruleHandle() {
        return attributes.has(NFTA_TRACE_RULE_HANDLE)
                ? memory.get(Octets.U64, attributes.offset(NFTA_TRACE_RULE_HANDLE))
                : 0;
    }

    /** Whether the step has a verdict; one of NFT_TRACETYPE_POLICY has a policy instead. */
    public boolean hasVerdict() {
        return attributes.has(VERDICT_CODE);
    }

    /** {@code NF_*} or {@code NFT_*}: NFT_CONTINUE where the rule did nothing final. NFTA_VERDICT_CODE */
    public int verdict() {
        return u32(VERDICT_CODE);
    }

    /** Where a jump or a goto leads; null for other verdicts. Otherwise as {@link #table()}. NFTA_VERDICT_CHAIN */
    public @Nullable String jumpTarget() {
        return attributes.has(VERDICT_CHAIN) ? string(VERDICT_CHAIN) : null;
    }

    /** Whether the step is the end of a base chain. */
    public boolean hasPolicy() {
        return attributes.has(NFTA_TRACE_POLICY);
    }

    /** NF_ACCEPT or NF_DROP. NFTA_TRACE_POLICY */
    public int policy() {
        return u32(NFTA_TRACE_POLICY);
    }

    /** The same in all steps of a packet. NFTA_TRACE_ID */
    public int id() {
        return u32(NFTA_TRACE_ID);
    }

    /** The packet's {@code NFPROTO_*}, which a table of NFPROTO_INET does not tell. NFTA_TRACE_NFPROTO */
    public int protocolFamily() {
        return u32(NFTA_TRACE_NFPROTO);
    }

    /** 0 if the packet has none. NFTA_TRACE_MARK */
    public int mark() {
        return u32(NFTA_TRACE_MARK);
    }

    /** ifindex; 0 if the packet came from here, or the step does not tell. NFTA_TRACE_IIF */
    public int inputInterface() {
        return u32(NFTA_TRACE_IIF);
    }

    /** ARPHRD_* of the interface. NFTA_TRACE_IIFTYPE */
    public int inputInterfaceType() {
        return u16(NFTA_TRACE_IIFTYPE);
    }

    /** ifindex; 0 if that is not decided yet, or the step does not tell. NFTA_TRACE_OIF */
    public int outputInterface() {
        return u32(NFTA_TRACE_OIF);
    }

    /** ARPHRD_* of the interface. NFTA_TRACE_OIFTYPE */
    public int outputInterfaceType() {
        return u16(NFTA_TRACE_OIFTYPE);
    }

    /** Where the link-layer header starts in {@link #memory}; -1 if the step does not tell. NFTA_TRACE_LL_HEADER */
    public long linkHeaderOffset() {
        return attributes.offset(NFTA_TRACE_LL_HEADER);
    }

    /** Octets of the link-layer header; 0 if the step does not tell. */
    public int linkHeaderLength() {
        return length(NFTA_TRACE_LL_HEADER);
    }

    /** Where the network header starts in {@link #memory}; -1 if the step does not tell. NFTA_TRACE_NETWORK_HEADER */
    public long networkHeaderOffset() {
        return attributes.offset(NFTA_TRACE_NETWORK_HEADER);
    }

    /** Octets of the network header, without IPv4's options; 0 if the step does not tell. */
    public int networkHeaderLength() {
        return length(NFTA_TRACE_NETWORK_HEADER);
    }

    /** Where the transport header starts in {@link #memory}; -1 if the step does not tell. NFTA_TRACE_TRANSPORT_HEADER */
    public long transportHeaderOffset() {
        return attributes.offset(NFTA_TRACE_TRANSPORT_HEADER);
    }

    /** Octets of the transport header and what follows it, 20 at most; 0 if the step does not tell. */
    public int transportHeaderLength() {
        return length(NFTA_TRACE_TRANSPORT_HEADER);
    }

    /** Whether the step tells of conntrack's entry, which older kernels do not (6.18 does). */
    public boolean hasConntrack() {
        return attributes.has(NFTA_TRACE_CT_STATE);
    }

    /** CTA_ID of the packet's entry. NFTA_TRACE_CT_ID */
    public int conntrackId() {
        return u32(NFTA_TRACE_CT_ID);
    }

    /** 0 for a packet of the original direction, 1 for one of the reply. NFTA_TRACE_CT_DIRECTION */
    public int conntrackDirection() {
        return attributes.has(NFTA_TRACE_CT_DIRECTION)
                ? Byte.toUnsignedInt(memory.get(Octets.U8, attributes.offset(NFTA_TRACE_CT_DIRECTION)))
                : 0;
    }

    /** {@code IPS_*} of the packet's entry. NFTA_TRACE_CT_STATUS */
    public int conntrackStatus() {
        return u32(NFTA_TRACE_CT_STATUS);
    }

    /** A bit of {@code CT_STATE_*}. NFTA_TRACE_CT_STATE */
    public int conntrackState() {
        return u32(NFTA_TRACE_CT_STATE);
    }

    private int u32(int slot) {
        return attributes.has(slot) ? memory.get(Octets.U32, attributes.offset(slot)) : 0;
    }

    private int u16(int slot) {
        return attributes.has(slot) ? Short.toUnsignedInt(memory.get(Octets.U16, attributes.offset(slot))) : 0;
    }

    private int length(int slot) {
        return attributes.has(slot) ? attributes.length(slot) : 0;
    }

    private String string(int slot) {
        return attributes.has(slot) ? names.of(memory, attributes.offset(slot), attributes.length(slot)) : "";
    }
}
