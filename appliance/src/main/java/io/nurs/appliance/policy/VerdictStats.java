package io.nurs.appliance.policy;

/** What became of a queue's packets. Written by its event loop alone; other threads may read a moment late. */
public final class VerdictStats {
    long packets;
    long octets;
    long accepted;
    long dropped;
    long repeated;
    long stopped;
    long requeued;
    long marked;
    long changed;
    long unchangeable;
    long failed;
    long loops;
    long missed;

    VerdictStats() {}

    /** Packets that were decided on. */
    public long packets() {
        return packets;
    }

    /** Their octets, copied or not, from the network header on. */
    public long octets() {
        return octets;
    }

    public long accepted() {
        return accepted;
    }

    public long dropped() {
        return dropped;
    }

    public long repeated() {
        return repeated;
    }

    public long stopped() {
        return stopped;
    }

    /** Packets handed on to another queue. */
    public long requeued() {
        return requeued;
    }

    /** Packets that were given a mark. */
    public long marked() {
        return marked;
    }

    /** Packets that were given back changed. */
    public long changed() {
        return changed;
    }

    /** Packets that were to be changed and could not be: they went on as they were. */
    public long unchangeable() {
        return unchangeable;
    }

    /** Packets that the policy failed on. */
    public long failed() {
        return failed;
    }

    /** Packets that were to be repeated and had the mark already, or to go to their own queue: accepted instead. */
    public long loops() {
        return loops;
    }

    /** Packets that the kernel counted and could not hand over: the receive buffer was full. */
    public long missed() {
        return missed;
    }
}
