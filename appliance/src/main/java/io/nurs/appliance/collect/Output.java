package io.nurs.appliance.collect;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** Where what was read goes. Called by one thread. */
public interface Output {
    void record(ReadRecord record, FlowTimes times);

    void complaint(Complaint complaint, Arrival arrival);

    /** Whether nobody reads it any more, as behind {@code | head}. */
    default boolean isBroken() {
        return false;
    }

    /** One message as it came, before its records. Its indices must stay as they are. */
    default void message(InetSocketAddress sender, ByteBuf octets, boolean isDatagram) {}
}
