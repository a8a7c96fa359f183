package io.nurs.appliance.source;

/**
 * One change of the rule set as a whole, which its {@link NftablesChange}s make up.
 *
 * @param generation the rule set's number since then, unsigned
 * @param processId whose work it is; of {@link #NOBODY} nobody knows
 * @param processName its name, up to 15 octets
 * @param changes those that are known to belong to it
 * @param timeMillis Unix time when it was told
 */
public record NftablesTransaction(int generation, int processId, String processName, long changes, long timeMillis)
        implements NftablesObservation {
    /** What is told of changes that nobody knows the author of. */
    static final NftablesTransaction NOBODY = new NftablesTransaction(0, 0, "", 0, 0);
}
