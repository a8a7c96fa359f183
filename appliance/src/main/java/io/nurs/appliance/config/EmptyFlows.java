package io.nurs.appliance.config;

/** What happens to an entry that ends without counters or without traffic. */
public enum EmptyFlows {
    SKIP("skip"),
    REPORT("report");

    private final String word;

    EmptyFlows(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
