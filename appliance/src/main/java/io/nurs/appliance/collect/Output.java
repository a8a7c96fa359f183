package io.nurs.appliance.collect;

/** Where what was read goes. Called by one thread. */
public interface Output {
    void record(ReadRecord record, FlowTimes times);

    void complaint(Complaint complaint, Arrival arrival);

    /** Whether nobody reads it any more, as behind {@code | head}. */
    default boolean isBroken() {
        return false;
    }
}
