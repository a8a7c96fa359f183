package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.lab.AllocatedBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(names = {"END", "DELTA"})
    void aMessageOnItsWayToTheWireAllocatesNothing(Accounting accounting) throws ReflectiveOperationException {
        try (DestroyStorm storm = new DestroyStorm(NatView.CLIENT, accounting)) {
            assertEquals(
                    0,
                    AllocatedBytes.leastOf(MAX_ROUNDS, () -> storm.run(BATCHES)),
                    "bytes for " + BATCHES * DestroyStorm.MESSAGES + " messages");
            assertEquals(0, storm.dropped());
            assertTrue(storm.records() > 2L * BATCHES * (DestroyStorm.MESSAGES - 1), storm.records() + " records");
        }
    }
}
