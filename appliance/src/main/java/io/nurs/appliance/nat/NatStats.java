package io.nurs.appliance.nat;

/** What the log of a translator has come to. Written by one event loop; other threads may see a value that is a moment old. */
public final class NatStats {
    long created;
    long deleted;
    long late;
    long untracked;
    long events;
    long blocks;
    long bindings;
    private long repeated;

    /** Translated sessions whose begin was logged, or counted in its block. */
    public long created() {
        return created;
    }

    /** Those whose end was. */
    public long deleted() {
        return deleted;
    }

    /** Of the created, those whose begin was logged with their end only. */
    public long late() {
        return late;
    }

    /** Times that a session was met for which there was no room: it is logged when it ends. */
    public long untracked() {
        return untracked;
    }

    /** Events handed to the stacks. */
    public long events() {
        return events;
    }

    /** Blocks that are allocated now. */
    public long blocks() {
        return blocks;
    }

    /** Bindings that there are now. */
    public long bindings() {
        return bindings;
    }

    /** Messages passed over because the kernel, or a dump, had told the same before. */
    public long repeated() {
        return repeated;
    }

    /** Another of {@link #repeated()}. */
    public void countRepeated() {
        repeated++;
    }
}
