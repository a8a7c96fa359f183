package io.nurs.appliance.config;

/** How a stack's flows reach several exporters. */
public enum DistributionMode {
    /** Each gets all. */
    MIRROR("mirror"),
    /** Each conversation goes to one of those that are up, always the same while it is. */
    HASH("hash"),
    /** All go to the first in the list that is up. */
    FAILOVER("failover");

    private final String word;

    DistributionMode(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
