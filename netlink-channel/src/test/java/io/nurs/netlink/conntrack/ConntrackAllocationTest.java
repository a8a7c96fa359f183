package io.nurs.netlink.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class ConntrackAllocationTest {
    private static final int MESSAGES = 1_000_000;

    @Test
    void decodesWithoutAllocating() throws ReflectiveOperationException {
        NetlinkStats stats = new NetlinkStats();
        ConntrackReader reader = new ConntrackReader();
        EmbeddedChannel channel =
                new EmbeddedChannel(new NetlinkMessageDecoder(stats), new ConntrackDecoder(stats), reader);
        NetlinkBatch batch = ConntrackBatches.full();
        decode(channel, batch, 2 * MESSAGES);
        allocatedBytes();
        long before = allocatedBytes();
        decode(channel, batch, MESSAGES);
        long allocated = allocatedBytes() - before;
        channel.checkException();
        assertEquals(3L * MESSAGES, reader.entries);
        assertEquals(0, allocated / MESSAGES, () -> allocated + " bytes in " + MESSAGES + " messages");
        System.out.println("decoding " + MESSAGES + " conntrack messages allocated " + allocated + " bytes");
    }

    private static void decode(EmbeddedChannel channel, NetlinkBatch batch, int messages) {
        for (int i = 0; i < messages / ConntrackBatches.SLOTS; i++) {
            channel.pipeline().fireChannelRead(batch);
        }
    }

    /** Of this thread. By reflection, because this module has no business with java.management. */
    private static long allocatedBytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Method allocated = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        return (long) allocated.invoke(threads);
    }
}
