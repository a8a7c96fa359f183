package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.config.NatView;
import java.lang.reflect.Method;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the octets of a DESTROY to those of a datagram: decoder, accounting, filter, templates, encoder. */
class PipelineAllocationTest {
    private static final int BATCHES = 3_000;
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
    void aMessageOnItsWayToTheWireAllocatesNothing() throws ReflectiveOperationException {
        try (DestroyStorm storm = new DestroyStorm(NatView.CLIENT)) {
            long overhead = overheadOfMeasuring();
            long allocated = Long.MAX_VALUE;
            // Interpreted code and the compiler's arrival allocate; what is left when all is compiled must be nothing.
            for (int round = 0; round < MAX_ROUNDS && allocated > 0; round++) {
                long before = AllocatedBytes.now();
                storm.run(BATCHES);
                allocated = AllocatedBytes.now() - before - overhead;
            }
            assertEquals(0, allocated, "bytes for " + BATCHES * DestroyStorm.MESSAGES + " messages");
            assertEquals(0, storm.dropped());
            assertTrue(storm.records() > 2L * BATCHES * (DestroyStorm.MESSAGES - 1), storm.records() + " records");
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
