package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;
import static io.nurs.netlink.nftables.NftablesPolicy.*;

import io.nurs.netlink.AttributeCursor;
import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A borrowed view of one thing in the rule set, in a dump, in an answer, or in an event that tells that it was made, changed
 * or removed; and of the generation, which ends a transaction's events. What its {@link #kind} has not, or the message
 * lacks, reads as 0 or an empty text. Of what is removed an event has the names and the handle, of a rule all.
 *
 * <p>Longer than a class should be, by an accessor for each attribute of the kernel's.
 */
public final class NftablesMessage {
    /** What the message is about. */
    public enum Kind {
        TABLE,
        CHAIN,
        RULE,
        SET,
        /** Elements of one set. */
        ELEMENTS,
        /** A named counter, quota, limit or the like. */
        OBJECT,
        FLOWTABLE,
        /** The rule set as a whole: its number, and whose work that is. */
        GENERATION
    }

    // libnftnl/udata.h
    private static final int NFTNL_UDATA_COMMENT = 0;
    private static final int NFTNL_UDATA_SET_COMMENT = 7;

    private final Map<Kind, AttributeIndex> indexes = new EnumMap<>(Kind.class);
    private final AttributeCursor data = new AttributeCursor();
    private final NftablesExpressions expressions = new NftablesExpressions();
    private final NftablesElements elements = new NftablesElements();
    private AttributeIndex attributes;
    private Kind kind = Kind.GENERATION;
    private MemorySegment memory = MemorySegment.NULL;
    private int family;
    private int causedBy;
    private boolean removed;
    private boolean dumped;
    private boolean hasCounter;
    private long packets;
    private long bytes;
    private boolean hasQuota;
    private long quotaBytes;
    private long quotaConsumed;
    private int quotaFlags;

    NftablesMessage() {
        for (Kind one : Kind.values()) {
            indexes.put(one, new AttributeIndex(NftablesPolicy.of(one), SLOTS));
        }
        attributes = Objects.requireNonNull(indexes.get(kind));
    }

    /** Points the view at a message of a kind; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message, Kind of) {
        kind = of;
        attributes = Objects.requireNonNull(indexes.get(of));
        memory = message.memory();
        family = message.family();
        causedBy = message.portId();
        removed = !NftablesPolicy.isNew(message.subsystemType());
        dumped = (message.flags() & NetlinkMessage.NLM_F_MULTI) != 0;
        hasCounter = false;
        hasQuota = false;
        packets = 0;
        bytes = 0;
        quotaBytes = 0;
        quotaConsumed = 0;
        quotaFlags = 0;
        long start = message.offset();
        if (!attributes.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length())) {
            return false;
        }
        switch (of) {
            case RULE -> readRule();
            case OBJECT -> readObject();
            case CHAIN -> readChain();
            default -> {}
        }
        return true;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether it is gone; else it is there, new, changed, or as it was. NFT_MSG_DEL*, NFT_MSG_DESTROY* */
    public boolean isRemoved() {
        return removed;
    }

    /** Whether a dump lists it; else it is an event, or the answer to a request. */
    public boolean isDumped() {
        return dumped;
    }

    /** {@code NFPROTO_*} of the table; 0 for a generation. */
    public int family() {
        return family;
    }

    /** The port id of the process that caused the event, which for nft(8) is its process id. nlmsg_pid */
    public int causedBy() {
        return causedBy;
    }

    /** The table, or the one it is in. Allocates. */
    public String table() {
        return string(TABLE);
    }

    /** The chain, or the one that a rule is in. Allocates. */
    public String chain() {
        return string(CHAIN);
    }

    /** Of a set, an object or a flowtable; of elements the set's. Allocates. */
    public String name() {
        return string(NAME);
    }

    /** The kernel's number for it, which is its own within the table; elements have none. */
    public long handle() {
        return u64(HANDLE);
    }

    /** {@code NFT_TABLE_F_*}, {@code NFT_SET_*} and the like, as the kind says. */
    public int flags() {
        return u32(FLAGS);
    }

    /** How much refers to it: chains and the like to a table, rules to a chain, an object or a flowtable. */
    public int uses() {
        return u32(USES);
    }

    /** nft's {@code comment}; empty if there is none. Allocates. */
    public String comment() {
        int type = kind == Kind.SET ? NFTNL_UDATA_SET_COMMENT : NFTNL_UDATA_COMMENT;
        return has(USERDATA)
                ? Octets.userData(memory, attributes.offset(USERDATA), attributes.length(USERDATA), type)
                : "";
    }

    /** Whether a hook calls the chain by itself. */
    public boolean isBaseChain() {
        return kind == Kind.CHAIN && has(HOOK);
    }

    /** {@code NF_INET_*} or the like, by the family: where packets meet a base chain or a flowtable. NFTA_HOOK_HOOKNUM */
    public int hook() {
        return u32(HOOK);
    }

    /** The lowest comes first. NFTA_HOOK_PRIORITY */
    public int priority() {
        return u32(PRIORITY);
    }

    /** The interface of a base chain of NFPROTO_NETDEV that has one. Allocates. NFTA_HOOK_DEV */
    public String device() {
        return string(DEVICE);
    }

    /** NF_ACCEPT or NF_DROP: what becomes of a packet at the end of a base chain. NFTA_CHAIN_POLICY */
    public int policy() {
        return u32(DEFAULT_VERDICT);
    }

    /** "filter", "nat" or "route" of a base chain. Allocates. NFTA_CHAIN_TYPE */
    public String chainType() {
        return string(CHAIN_TYPE);
    }

    /** The handle of the rule before it; 0 if it is the first, and where the message does not tell. NFTA_RULE_POSITION */
    public long position() {
        return u64(POSITION);
    }

    /** A rule's expressions, from the first. Each call starts the one walk again. */
    public NftablesExpressions expressions() {
        return expressions.wrap(
                memory, has(EXPRESSIONS) ? attributes.offset(EXPRESSIONS) : 0, lengthOrNone(EXPRESSIONS));
    }

    /** A set's elements in the message, from the first. A dump may end with a message that has none. Each call starts again. */
    public NftablesElements elements() {
        return elements.wrap(memory, has(ELEMENTS) ? attributes.offset(ELEMENTS) : 0, lengthOrNone(ELEMENTS));
    }

    /** nft's own number for the type of a set's keys: 7 for ipv4_addr, 13 for inet_service. NFTA_SET_KEY_TYPE */
    public int keyType() {
        return u32(KEY_TYPE);
    }

    /** Octets of a set's key. NFTA_SET_KEY_LEN */
    public int keyLength() {
        return u32(KEY_LENGTH);
    }

    /** nft's own number for the type of a map's values; 0xffffff00 for verdicts. NFTA_SET_DATA_TYPE */
    public int dataType() {
        return u32(DATA_TYPE);
    }

    /** Octets of a map's value. NFTA_SET_DATA_LEN */
    public int dataLength() {
        return u32(DATA_LENGTH);
    }

    /** How long a set's elements live; 0 for ever. NFTA_SET_TIMEOUT */
    public long timeoutMillis() {
        return u64(TIMEOUT);
    }

    /** {@code NFT_OBJECT_*} of an object, or of those that a set's keys stand for. */
    public int objectType() {
        return u32(OBJECT_TYPE);
    }

    /** Whether there is a counter: a rule's first, a named one, or that of a base chain's policy. */
    public boolean hasCounter() {
        return hasCounter;
    }

    /** Packets that reached the counter since it was made or reset. NFTA_COUNTER_PACKETS */
    public long counterPackets() {
        return packets;
    }

    /** Their octets, IP header included, link header not. NFTA_COUNTER_BYTES */
    public long counterBytes() {
        return bytes;
    }

    /** Whether it is a named quota. */
    public boolean hasQuota() {
        return hasQuota;
    }

    /** NFTA_QUOTA_BYTES */
    public long quotaBytes() {
        return quotaBytes;
    }

    /** Octets that reached the quota since it was made or reset; the kernel tells of no more than the quota. NFTA_QUOTA_CONSUMED */
    public long quotaConsumedBytes() {
        return quotaConsumed;
    }

    /** {@code NFT_QUOTA_F_*} */
    public int quotaFlags() {
        return quotaFlags;
    }

    /** The rule set's number: each transaction has the next. NFTA_GEN_ID, unsigned */
    public int generation() {
        return u32(GENERATION);
    }

    /** Of who changed the rule set; in an answer to {@link NftablesRequests#generation}, of who asks. NFTA_GEN_PROC_PID */
    public int processId() {
        return u32(PROCESS_ID);
    }

    /** Its name, up to 15 octets: "nft". Allocates. NFTA_GEN_PROC_NAME */
    public String processName() {
        return string(PROCESS_NAME);
    }

    private void readChain() {
        hasCounter = has(PACKETS) && has(BYTES);
        packets = u64(PACKETS);
        bytes = u64(BYTES);
    }

    private void readRule() {
        NftablesExpressions walk = expressions();
        while (!hasCounter && walk.next()) {
            if (walk.is("counter")) {
                hasCounter = true;
                packets = walk.u64(NFTA_COUNTER_PACKETS);
                bytes = walk.u64(NFTA_COUNTER_BYTES);
            }
        }
    }

    private void readObject() {
        hasCounter = objectType() == NFT_OBJECT_COUNTER && has(OBJECT_DATA);
        hasQuota = objectType() == NFT_OBJECT_QUOTA && has(OBJECT_DATA);
        if (hasCounter) {
            packets = objectU64(NFTA_COUNTER_PACKETS);
            bytes = objectU64(NFTA_COUNTER_BYTES);
        } else if (hasQuota) {
            quotaBytes = objectU64(NFTA_QUOTA_BYTES);
            quotaConsumed = objectU64(NFTA_QUOTA_CONSUMED);
            quotaFlags = findInObject(NFTA_QUOTA_FLAGS, Integer.BYTES) ? memory.get(Octets.U32, data.valueOffset()) : 0;
        }
    }

    private long objectU64(int type) {
        return findInObject(type, Long.BYTES) ? memory.get(Octets.U64, data.valueOffset()) : 0;
    }

    private boolean findInObject(int type, int leastLength) {
        long start = attributes.offset(OBJECT_DATA);
        return Octets.find(data.wrap(memory, start, start + attributes.length(OBJECT_DATA)), type, leastLength);
    }

    private boolean has(int slot) {
        return attributes.has(slot);
    }

    private int lengthOrNone(int slot) {
        return has(slot) ? attributes.length(slot) : 0;
    }

    private int u32(int slot) {
        return has(slot) ? memory.get(Octets.U32, attributes.offset(slot)) : 0;
    }

    private long u64(int slot) {
        return has(slot) ? memory.get(Octets.U64, attributes.offset(slot)) : 0;
    }

    private String string(int slot) {
        return has(slot) ? Octets.of(memory, attributes.offset(slot), attributes.length(slot)) : "";
    }
}
