package io.nurs.appliance.source;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One thing in the rule set that was made, changed or removed.
 *
 * @param kind "table", "chain", "rule", "set", "element", "object" or "flowtable"
 * @param removed whether it is gone; else it is new, or changed
 * @param family as nft writes it: "inet"
 * @param table the table, or the one it is in
 * @param chain the chain, or the one that a rule is in; else empty
 * @param name of a set, an object or a flowtable, or of the set that an element is in; else empty
 * @param handle the kernel's number for it; 0 for elements, which have none
 * @param text in UTF-8: a rule, an element or the like as nft writes it; empty if nobody knows
 * @param causedBy port id of who asked for it, which belongs to one socket; 0 for the kernel itself
 * @param author the transaction it belongs to; null as long as that is open
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
public record NftablesChange(
        String kind,
        boolean removed,
        String family,
        String table,
        String chain,
        String name,
        long handle,
        byte[] text,
        int causedBy,
        long timeMillis,
        @Nullable NftablesTransaction author)
        implements NftablesObservation {
    NftablesChange by(NftablesTransaction transaction) {
        return new NftablesChange(
                kind, removed, family, table, chain, name, handle, text, causedBy, timeMillis, transaction);
    }

    /** The rule set's number since then; 0 if nobody knows. */
    public int generation() {
        return author == null ? 0 : author.generation();
    }

    /** Of whoever changed it; 0 if nobody knows. */
    public int processId() {
        return author == null ? 0 : author.processId();
    }

    /** Empty if nobody knows. */
    public String processName() {
        return author == null ? "" : author.processName();
    }

    @Override
    public String toString() {
        return (removed ? "removed " : "new ") + kind + " " + family + " " + table + " " + chain + name + " " + handle
                + " " + Arrays.toString(text);
    }
}
