package io.nurs.netlink;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where each attribute of one message stands: a single pass over the message fills it, and nothing is copied. Unknown
 * attributes are skipped, so that a newer kernel never silences us; of one that comes twice the last counts, as in the
 * kernel.
 */
public final class AttributeIndex {
    private final AttributePolicy policy;
    private final AttributeCursor[] cursors;
    private final long[] offsets;
    private final int[] lengths;

    public AttributeIndex(AttributePolicy policy) {
        this(policy, policy.slots());
    }

    /** For a view that has several policies over one set of slots: all may be asked for, whichever the policy fills. */
    public AttributeIndex(AttributePolicy policy, int slots) {
        this.policy = policy;
        this.cursors = new AttributeCursor[policy.depth()];
        Arrays.setAll(cursors, depth -> new AttributeCursor());
        this.offsets = new long[slots];
        this.lengths = new int[slots];
    }

    /** Indexes {@code [offset, end)}; false if a length in it was impossible or too short for its type. */
    public boolean index(MemorySegment memory, long offset, long end) {
        Arrays.fill(offsets, -1);
        return index(policy, 0, memory, offset, end);
    }

    public boolean has(int slot) {
        return offsets[slot] >= 0;
    }

    /** Where the value starts, or -1 if the attribute was absent. */
    public long offset(int slot) {
        return offsets[slot];
    }

    /** The value's octets; meaningless if the attribute was absent. */
    public int length(int slot) {
        return lengths[slot];
    }

    private boolean index(AttributePolicy level, int depth, MemorySegment memory, long offset, long end) {
        AttributeCursor cursor = cursors[depth].wrap(memory, offset, end);
        while (cursor.next()) {
            AttributePolicy.Rule rule = level.find(cursor.type());
            if (rule == null) {
                continue;
            }
            long value = cursor.valueOffset();
            int length = cursor.valueLength();
            if (length < rule.leastLength()) {
                return false;
            }
            if (rule.slot() >= 0) {
                offsets[rule.slot()] = value;
                lengths[rule.slot()] = length;
            }
            AttributePolicy nested = rule.nested();
            if (nested != null && !index(nested, depth + 1, memory, value, value + length)) {
                return false;
            }
        }
        return !cursor.malformed();
    }
}
