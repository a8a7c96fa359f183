package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.AttributeCursor;
import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.AttributePolicy;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed walk over a set's elements. An interval comes as two elements: its first key, and the first key behind it,
 * which {@link #isIntervalEnd} tells; of concatenations as one, with {@link #keyEnd}.
 */
public final class NftablesElements {
    private static final int KEY = 0;
    private static final int KEY_END = 1;
    private static final int DATA = 2;
    private static final int VERDICT = 3;
    private static final int VERDICT_CHAIN = 4;
    private static final int FLAGS = 5;
    private static final int TIMEOUT = 6;
    private static final int EXPIRATION = 7;
    private static final int USERDATA = 8;
    private static final int OBJECT = 9;

    /** enum nftnl_udata_set_elem_types, libnftnl/udata.h */
    private static final int NFTNL_UDATA_SET_ELEM_COMMENT = 0;

    private static final AttributePolicy POLICY = new AttributePolicy()
            .nested(NFTA_SET_ELEM_KEY, new AttributePolicy().value(NFTA_DATA_VALUE, KEY, 0))
            .nested(NFTA_SET_ELEM_KEY_END, new AttributePolicy().value(NFTA_DATA_VALUE, KEY_END, 0))
            .nested(
                    NFTA_SET_ELEM_DATA,
                    new AttributePolicy()
                            .value(NFTA_DATA_VALUE, DATA, 0)
                            .nested(
                                    NFTA_DATA_VERDICT,
                                    new AttributePolicy()
                                            .value(NFTA_VERDICT_CODE, VERDICT, Integer.BYTES)
                                            .value(NFTA_VERDICT_CHAIN, VERDICT_CHAIN, 1)))
            .value(NFTA_SET_ELEM_FLAGS, FLAGS, Integer.BYTES)
            .value(NFTA_SET_ELEM_TIMEOUT, TIMEOUT, Long.BYTES)
            .value(NFTA_SET_ELEM_EXPIRATION, EXPIRATION, Long.BYTES)
            .value(NFTA_SET_ELEM_USERDATA, USERDATA, 0)
            .value(NFTA_SET_ELEM_OBJREF, OBJECT, 1);

    private final AttributeCursor list = new AttributeCursor();
    private final AttributeIndex element = new AttributeIndex(POLICY);
    private MemorySegment memory = MemorySegment.NULL;

    NftablesElements() {}

    /** Starts before the first of NFTA_SET_ELEM_LIST_ELEMENTS. */
    NftablesElements wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        list.wrap(memory, offset, offset + length);
        return this;
    }

    /** Goes to the next element; false at the end, and where a length is impossible. */
    public boolean next() {
        return list.next() && element.index(memory, list.valueOffset(), list.valueOffset() + list.valueLength());
    }

    /** In network order but for what the kernel holds in the host's, such as marks; empty for the catch-all. Allocates. */
    public byte[] key() {
        return element.has(KEY) ? octets(KEY) : new byte[0];
    }

    /** The last key of an interval of concatenations; null if there is none. Allocates. NFTA_SET_ELEM_KEY_END */
    public byte @Nullable [] keyEnd() {
        return element.has(KEY_END) ? octets(KEY_END) : null;
    }

    /** What a map has for the key, unless it is a verdict or an object; null if there is none. Allocates. */
    public byte @Nullable [] data() {
        return element.has(DATA) ? octets(DATA) : null;
    }

    /** Whether a verdict map has a verdict for the key. */
    public boolean hasVerdict() {
        return element.has(VERDICT);
    }

    /** {@code NF_*} or {@code NFT_*}. NFTA_VERDICT_CODE */
    public int verdict() {
        return element.has(VERDICT) ? memory.get(Octets.U32, element.offset(VERDICT)) : 0;
    }

    /** Where the verdict jumps to; null if it does not. Allocates. NFTA_VERDICT_CHAIN */
    public @Nullable String verdictChain() {
        return element.has(VERDICT_CHAIN) ? string(VERDICT_CHAIN) : null;
    }

    /** The object that an object map has for the key; null if there is none. Allocates. NFTA_SET_ELEM_OBJREF */
    public @Nullable String object() {
        return element.has(OBJECT) ? string(OBJECT) : null;
    }

    /** Whether the key is the first one behind an interval. NFT_SET_ELEM_INTERVAL_END */
    public boolean isIntervalEnd() {
        return (flags() & NFT_SET_ELEM_INTERVAL_END) != 0;
    }

    /** Whether the element stands for every key that the set lacks. NFT_SET_ELEM_CATCHALL */
    public boolean isCatchAll() {
        return (flags() & NFT_SET_ELEM_CATCHALL) != 0;
    }

    /** How long the element lives; 0 for ever, or as long as the set's timeout. NFTA_SET_ELEM_TIMEOUT */
    public long timeoutMillis() {
        return element.has(TIMEOUT) ? memory.get(Octets.U64, element.offset(TIMEOUT)) : 0;
    }

    /** How long it still had to live when the message was made; 0 for ever. NFTA_SET_ELEM_EXPIRATION */
    public long expirationMillis() {
        return element.has(EXPIRATION) ? memory.get(Octets.U64, element.offset(EXPIRATION)) : 0;
    }

    /** Empty if there is none. Allocates. NFTA_SET_ELEM_USERDATA */
    public String comment() {
        return element.has(USERDATA)
                ? Octets.userData(
                        memory, element.offset(USERDATA), element.length(USERDATA), NFTNL_UDATA_SET_ELEM_COMMENT)
                : "";
    }

    private int flags() {
        return element.has(FLAGS) ? memory.get(Octets.U32, element.offset(FLAGS)) : 0;
    }

    private byte[] octets(int slot) {
        return Octets.octets(memory, element.offset(slot), element.length(slot));
    }

    private String string(int slot) {
        return Octets.of(memory, element.offset(slot), element.length(slot));
    }
}
