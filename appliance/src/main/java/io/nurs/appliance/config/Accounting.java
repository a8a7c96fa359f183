package io.nurs.appliance.config;

/** How a conntrack source learns what a flow has carried. */
public enum Accounting {
    /** Remember what was reported of each flow and report what came since; the kernel's counters stay untouched. */
    DELTA("delta"),
    /** Read and zero the kernel's counters every active-timeout; the end of a flow brings the rest. */
    RESET("reset"),
    /** One report a flow, when it ends. Counters stay untouched, so other readers of the table keep theirs. */
    END("end");

    private final String word;

    Accounting(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
