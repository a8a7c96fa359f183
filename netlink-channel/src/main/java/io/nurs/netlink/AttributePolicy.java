package io.nurs.netlink;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one level of attributes may hold, as the kernel's {@code nla_policy} says it: for each known type the least length of
 * its value and the slot that remembers where it stood, or the policy of the level nested in it. The depth of a walk is
 * that of the policies, so no input can nest deeper.
 */
public final class AttributePolicy {
    private @Nullable Rule[] rules = new Rule[0];

    /** {@code slot} is -1 for a type that only nests. */
    record Rule(int slot, int leastLength, @Nullable AttributePolicy nested) {}

    /** A value of at least {@code leastLength} octets; longer ones are read by their first octets, as the kernel does. */
    public AttributePolicy value(int type, int slot, int leastLength) {
        return rule(type, new Rule(slot, leastLength, null));
    }

    /** A level of its own. */
    public AttributePolicy nested(int type, AttributePolicy policy) {
        return rule(type, new Rule(-1, 0, policy));
    }

    /** As {@link #nested(int, AttributePolicy)}, and the slot tells that it was there. */
    public AttributePolicy nested(int type, int slot, AttributePolicy policy) {
        return rule(type, new Rule(slot, 0, policy));
    }

    /** Null for a type that nobody here has heard of. */
    @Nullable
    Rule find(int type) {
        return type < rules.length ? rules[type] : null;
    }

    int depth() {
        int deepest = 0;
        for (Rule rule : rules) {
            if (rule != null && rule.nested != null) {
                deepest = Math.max(deepest, rule.nested.depth());
            }
        }
        return deepest + 1;
    }

    int slots() {
        int highest = -1;
        for (Rule rule : rules) {
            if (rule != null) {
                highest = Math.max(highest, rule.slot);
                highest = rule.nested == null ? highest : Math.max(highest, rule.nested.slots() - 1);
            }
        }
        return highest + 1;
    }

    private AttributePolicy rule(int type, Rule rule) {
        if (type >= rules.length) {
            rules = Arrays.copyOf(rules, type + 1);
        }
        rules[type] = rule;
        return this;
    }
}
