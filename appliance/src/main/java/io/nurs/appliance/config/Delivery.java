package io.nurs.appliance.config;

/** What the kernel does with an event that finds the receive buffer full. */
public enum Delivery {
    /** It keeps the event and tries again: NETLINK_BROADCAST_ERROR with NETLINK_NO_ENOBUFS. */
    RELIABLE("reliable"),
    /** It drops the event and says so: ENOBUFS. */
    BEST_EFFORT("best-effort");

    private final String word;

    Delivery(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
