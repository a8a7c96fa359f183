package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Function;

/** Measures what decoding allocates, once it runs warm. */
public final class Allocation {
    private static final int SLOTS = 64;
    private static final int SLOT_BYTES = 2048;

    private Allocation() {}

    /** Decodes the messages in turn and demands that none of them costs a byte. */
    public static void assertNone(
            List<byte[]> messages, int count, Function<NetlinkStats, ChannelHandler> decoder, ChannelHandler reader)
            throws ReflectiveOperationException {
        NetlinkStats stats = new NetlinkStats();
        EmbeddedChannel channel = new EmbeddedChannel(new NetlinkMessageDecoder(stats), decoder.apply(stats), reader);
        NetlinkBatch batch = batch(messages);
        decode(channel, batch, 2 * count);
        allocatedBytes();
        long before = allocatedBytes();
        decode(channel, batch, count);
        long allocated = allocatedBytes() - before;
        channel.checkException();
        assertEquals(0, stats.malformedMessages() + stats.unknownMessages());
        assertEquals(0, allocated / count, () -> allocated + " bytes in " + count + " messages");
    }

    private static NetlinkBatch batch(List<byte[]> messages) {
        MemorySegment memory = Arena.global().allocate((long) SLOTS * SLOT_BYTES, 64);
        NetlinkBatch batch = new NetlinkBatch(memory, SLOT_BYTES).count(SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            byte[] message = messages.get(slot % messages.size());
            MemorySegment.copy(message, 0, memory, ValueLayout.JAVA_BYTE, batch.offset(slot), message.length);
            batch.length(slot, message.length);
        }
        return batch;
    }

    private static void decode(EmbeddedChannel channel, NetlinkBatch batch, int messages) {
        for (int i = 0; i < messages / SLOTS; i++) {
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
