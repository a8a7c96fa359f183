package io.nurs.appliance.policy;

/**
 * Decides what becomes of queued packets. Each queue has one of its own, which its event loop calls for one packet after the other: it
 * needs no lock, and traffic waits while it thinks. It should allocate nothing.
 */
@FunctionalInterface
public interface PacketPolicy {
    /**
     * What is to become of this packet: one of {@link io.nurs.netlink.nfqueue.Verdict}'s. With NF_REPEAT, the packet must be given
     * another mark, or it is accepted instead: it would come back for ever.
     *
     * <p>An exception is counted, and the packet is accepted, or dropped where the queue is to be closed on failure.
     *
     * @param packet borrowed until this returns; may be given a mark, and be changed in place
     */
    int decide(QueuedPacket packet);
}
