package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.traffic.TrafficClass;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertAllocatesNothing("netflow9://192.0.2.1", accounting, 2);
    }

    /** Whatever the records are like, save that strings and labels, which only {@code full} has, cost their copies. */
    @ParameterizedTest
    @CsvSource({
        "ipfix://192.0.2.1, 1",
        "ipfix://192.0.2.1?biflow=false, 2",
        "ipfix://192.0.2.1?fields=minimal, 1",
        "netflow9://192.0.2.1?fields=minimal, 2",
        "netflow9://192.0.2.1?biflow=true, 1",
        "netflow9://192.0.2.1?fields=nsel, 1",
        "ipfix://192.0.2.1?sampling=2, 0",
        "netflow5://192.0.2.1, 1",
    })
    void neitherDoOtherRecords(String exporter, int recordsForAFlow) throws ReflectiveOperationException {
        assertAllocatesNothing(exporter, Accounting.END, recordsForAFlow);
    }

    @Test
    void norDoesTheSearchForTopTalkers() throws ReflectiveOperationException {
        try (DestroyStorm storm = new DestroyStorm("netflow9://192.0.2.1", Accounting.END).withTop()) {
            assertEquals(0, Math.max(0, AllocatedBytes.leastOf(MAX_ROUNDS, () -> storm.run(BATCHES))));
            long octets = storm.traffic().octets(TrafficClass.UDP, false, false);
            assertTrue(octets >= 1_000L * BATCHES * DestroyStorm.MESSAGES / 2, "counted: " + octets);
            storm.traffic().endWindow();
            assertEquals(
                    1,
                    Objects.requireNonNull(storm.traffic().topWindow()).ports().size());
        }
    }

    private static void assertAllocatesNothing(String exporter, Accounting accounting, int recordsForAFlow)
            throws ReflectiveOperationException {
        try (DestroyStorm storm = new DestroyStorm(exporter, accounting)) {
            assertEquals(
                    0,
                    // What measuring itself allocates is taken off, and is sometimes less.
                    Math.max(0, AllocatedBytes.leastOf(MAX_ROUNDS, () -> storm.run(BATCHES))),
                    "bytes for " + BATCHES * DestroyStorm.MESSAGES + " messages");
            assertEquals(0, storm.dropped());
            long least = (long) recordsForAFlow * BATCHES * (DestroyStorm.MESSAGES - 1);
            assertTrue(storm.records() > least, storm.records() + " records");
        }
    }
}
