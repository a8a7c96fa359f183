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
    private static final int MAX_ROUNDS = 20;

    private Allocation() {}

    /** Decodes the messages in turn and demands that none of them costs a byte. */
    public static void assertNone(
            List<byte[]> messages, int count, Function<NetlinkStats, ChannelHandler> decoder, ChannelHandler reader)
            throws ReflectiveOperationException {
        NetlinkStats stats = new NetlinkStats();
        EmbeddedChannel channel = new EmbeddedChannel(new NetlinkMessageDecoder(stats), decoder.apply(stats), reader);
        NetlinkBatch batch = batch(messages);
        assertNone("a message", count, () -> decode(channel, batch, count));
        channel.checkException();
        assertEquals(0, stats.malformedMessages() + stats.unknownMessages());
    }

    /**
     * Demands that none of {@code items} costs a byte, once the compiler is done with the code: on a busy machine that takes it
     * some rounds.
     *
     * @return how often {@code work} has run
     */
    public static int assertNone(String what, int items, Runnable work) throws ReflectiveOperationException {
        work.run();
        allocatedBytes();
        long allocated = Long.MAX_VALUE;
        int runs = 1;
        while (runs <= MAX_ROUNDS && allocated >= items) {
            long before = allocatedBytes();
            work.run();
            allocated = allocatedBytes() - before;
            runs++;
        }
        long last = allocated;
        assertEquals(0, last / items, () -> what + ": " + last + " bytes for " + items);
        return runs;
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
