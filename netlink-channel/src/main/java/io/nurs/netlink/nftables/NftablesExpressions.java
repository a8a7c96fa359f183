package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.AttributeCursor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed walk over a rule's expressions, in the order in which they run: what {@code nft --debug=netlink} prints. Each
 * has a name, such as "cmp", and attributes of its own, such as {@code NFTA_CMP_OP}.
 */
public final class NftablesExpressions {
    private final AttributeCursor list = new AttributeCursor();
    private final AttributeCursor parts = new AttributeCursor();
    private final AttributeCursor data = new AttributeCursor();
    private final AttributeCursor nested = new AttributeCursor();
    private MemorySegment memory = MemorySegment.NULL;
    private long nameOffset;
    private int nameLength;
    private long dataOffset;
    private int dataLength;

    NftablesExpressions() {}

    /** Starts before the first element of NFTA_RULE_EXPRESSIONS. */
    NftablesExpressions wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        list.wrap(memory, offset, offset + length);
        nameLength = 0;
        dataLength = 0;
        return this;
    }

    /** Goes to the next expression; false at the end, and where a length is impossible. */
    public boolean next() {
        if (!list.next()) {
            return false;
        }
        nameLength = 0;
        dataLength = 0;
        enter(parts, list);
        while (parts.next()) {
            if (parts.type() == NFTA_EXPR_NAME) {
                nameOffset = parts.valueOffset();
                nameLength = parts.valueLength();
            } else if (parts.type() == NFTA_EXPR_DATA) {
                dataOffset = parts.valueOffset();
                dataLength = parts.valueLength();
            }
        }
        return true;
    }

    /** Allocates. NFTA_EXPR_NAME */
    public String name() {
        return Octets.of(memory, nameOffset, nameLength);
    }

    /** Whether the expression has this name. */
    public boolean is(String name) {
        return Octets.equal(memory, nameOffset, nameLength, name);
    }

    /** Whether the expression has the attribute. */
    public boolean has(int type) {
        return find(type);
    }

    /** An attribute of one, two or four octets; {@code absent} if there is none. */
    public int number(int type, int absent) {
        if (!find(type)) {
            return absent;
        }
        return switch (data.valueLength()) {
            case 1 -> Byte.toUnsignedInt(memory.get(Octets.U8, data.valueOffset()));
            case 2 -> Short.toUnsignedInt(memory.get(Octets.U16, data.valueOffset()));
            case 4 -> memory.get(Octets.U32, data.valueOffset());
            default -> absent;
        };
    }

    /** An attribute of eight octets; 0 if there is none. */
    public long u64(int type) {
        return find(type) && data.valueLength() == Long.BYTES ? memory.get(Octets.U64, data.valueOffset()) : 0;
    }

    /** An attribute that is text; null if there is none. Allocates. */
    public @Nullable String string(int type) {
        return find(type) ? Octets.of(memory, data.valueOffset(), data.valueLength()) : null;
    }

    /** The octets in NFTA_DATA_VALUE of an attribute, as the register holds them; null if there are none. Allocates. */
    public byte @Nullable [] value(int type) {
        return findNested(type, NFTA_DATA_VALUE)
                ? Octets.octets(memory, nested.valueOffset(), nested.valueLength())
                : null;
    }

    /** The code in NFTA_DATA_VERDICT of an attribute, {@code NF_*} or {@code NFT_*}; {@code absent} if there is none. */
    public int verdict(int type, int absent) {
        return findNested(type, NFTA_DATA_VERDICT) && Octets.enter(nested, memory, NFTA_VERDICT_CODE, Integer.BYTES)
                ? memory.get(Octets.U32, nested.valueOffset())
                : absent;
    }

    /** The chain in NFTA_DATA_VERDICT of an attribute, for a jump or a goto; null if there is none. Allocates. */
    public @Nullable String verdictChain(int type) {
        return findNested(type, NFTA_DATA_VERDICT) && Octets.enter(nested, memory, NFTA_VERDICT_CHAIN, 1)
                ? Octets.of(memory, nested.valueOffset(), nested.valueLength())
                : null;
    }

    private boolean find(int type) {
        return Octets.find(data.wrap(memory, dataOffset, dataOffset + dataLength), type, 0);
    }

    private boolean findNested(int type, int inner) {
        return find(type) && Octets.find(enter(nested, data), inner, 0);
    }

    private AttributeCursor enter(AttributeCursor level, AttributeCursor outer) {
        return level.wrap(memory, outer.valueOffset(), outer.valueOffset() + outer.valueLength());
    }
}
