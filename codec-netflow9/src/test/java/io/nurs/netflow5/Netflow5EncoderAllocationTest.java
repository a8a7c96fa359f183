package io.nurs.netflow5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowRecord;
import io.nurs.netflow9.ReleasingSocket;
import java.lang.reflect.Method;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Netflow5EncoderAllocationTest {
    private static final int RECORDS = 100_000;
    private static final int MAX_ROUNDS = 50;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Paranoid detection, which the other tests run with, allocates for every retain. */
    @BeforeEach
    void switchLeakDetectionOff() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void encodingAllocatesNothing() throws Exception {
        var encoder = new Netflow5Encoder(Netflow5EncoderTest.OPTIONS, ExportClock.SYSTEM, TestFlow.UPTIME, 1);
        EmbeddedChannel channel = new EmbeddedChannel(new ReleasingSocket(), encoder);
        FlowRecord<TestFlow> record = FlowRecord.of(TestFlow.TEMPLATE, TestFlow.TCP);
        long overhead = overheadOfMeasuring();
        long allocated = Long.MAX_VALUE;
        // Interpreted code and the compiler's arrival allocate; what is left when all is compiled must be nothing.
        for (int round = 0; round < MAX_ROUNDS && allocated > 0; round++) {
            long before = AllocatedBytes.now();
            encode(channel, record);
            allocated = AllocatedBytes.now() - before - overhead;
        }
        assertEquals(0, allocated, "bytes for " + RECORDS + " records in some 3,400 datagrams");
        assertEquals(0, encoder.stats().droppedRecords());
        channel.finishAndReleaseAll();
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void encode(EmbeddedChannel channel, FlowRecord<TestFlow> record) {
        for (int i = 0; i < RECORDS; i += 2) {
            channel.write(record.set(TestFlow.TEMPLATE, TestFlow.TCP), channel.voidPromise());
            channel.write(record.set(TestFlow.TEMPLATE, TestFlow.PING), channel.voidPromise());
            if (i % 100 == 0) {
                channel.flush();
            }
        }
    }

    private static long overheadOfMeasuring() throws ReflectiveOperationException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 1000; i++) {
            long before = AllocatedBytes.now();
            least = Math.min(least, AllocatedBytes.now() - before);
        }
        return least;
    }

    /** By reflection, because the module under test does not read jdk.management. The answer's box is the overhead. */
    private static final class AllocatedBytes {
        private static final Object BEAN;
        private static final Method GETTER;

        static {
            try {
                BEAN = Class.forName("java.lang.management.ManagementFactory")
                        .getMethod("getThreadMXBean")
                        .invoke(null);
                GETTER = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        static long now() throws ReflectiveOperationException {
            return (long) GETTER.invoke(BEAN);
        }
    }
}
