package io.nurs.appliance.source;

/** What a source of nftables was told beside counters. Written by its event loop alone; other threads may read a moment late. */
public final class NftablesStats {
    long changes;
    long unattributed;
    long transactions;
    long missedTransactions;
    long textsMissing;
    long steps;
    long lost;

    NftablesStats() {}

    /** Changes of the rule set handed to the stacks. */
    public long changes() {
        return changes;
    }

    /** Those among them of which nobody knows whose they are. */
    public long unattributed() {
        return unattributed;
    }

    /** Transactions, each with its generation. */
    public long transactions() {
        return transactions;
    }

    /** Generations that were passed over: the kernel could not tell of so many transactions, or of their end. */
    public long missedTransactions() {
        return missedTransactions;
    }

    /** Changes whose text could not be read. */
    public long textsMissing() {
        return textsMissing;
    }

    /** Steps of traced packets handed to the stacks. */
    public long steps() {
        return steps;
    }

    /** Datagrams of changes and of traces that the kernel had no room for, looked at each second. */
    public long lost() {
        return lost;
    }
}
