package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.ConntrackMax;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.ConntrackStats;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An event loop that stands still, with reliable delivery: the router goes on, at the price of events that are counted. */
@Tag("netns")
@Tag("alone") // sets nf_conntrack_max, which is the whole host's
class BlockedLoopTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final int FIRST_PORT = 20_000;

    private static final int MAX = 8_000;
    private static final int GUARDED = MAX / 2;
    /** Twice as many flows as the table has room for. */
    private static final int ROUNDS = 160;

    private static final int FLOWS_A_ROUND = 100;
    /** Ten times what fits into the receive buffer, and less than the guard lets wait. */
    private static final int BURST = 1_000;

    private Lab lab;
    private Traffic traffic;
    private RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        ConntrackMax.set(lab, MAX);
        traffic = new Traffic(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void newConnectionsGoOnAndReliabilityComesBack() throws Exception {
        String options = "accounting: delta, delivery: reliable, guard: 50%, receive-buffer: 64KiB";
        try (Subject subject = Subject.start(lab, options, "", collector.port())) {
            CountDownLatch blocked = block(subject);
            int most = 0;
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    // Each of them is answered, or this fails.
                    traffic.manyUdpFlows(SERVER, FIRST_PORT + round * FLOWS_A_ROUND, FLOWS_A_ROUND);
                    most = Math.max(most, lab.entries());
                    lab.inRouter("conntrack", "-F");
                }
            } finally {
                blocked.countDown();
            }
            assertTrue(most >= GUARDED, "ends had to wait: " + most);
            // Half of the room above the guard: 20 rounds and more, and the guard looks 20 times a second.
            assertTrue(most <= (GUARDED + MAX) / 2, "the table had up to " + most);

            ConntrackStats stats = subject.source().stats();
            Wait.until("the loss is counted", () -> stats.lostEvents() > 0);
            Wait.until("all is read", () -> isAllRead(subject));
            Wait.until("delivery is reliable again", () -> isBurstTold(subject));
        }
    }

    /** Has the event loop do nothing until the latch is opened. */
    private static CountDownLatch block(Subject subject) throws InterruptedException {
        CountDownLatch blocking = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        subject.source().events().eventLoop().execute(() -> {
            blocking.countDown();
            try {
                blocked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        blocking.await();
        return blocked;
    }

    /** Whether none is lost of many ends that the loop has no time for. */
    private boolean isBurstTold(Subject subject) throws Exception {
        ConntrackStats stats = subject.source().stats();
        long ended = stats.ended();
        long lost = stats.lostEvents();
        traffic.manyUdpFlows(SERVER, FIRST_PORT, BURST);
        CountDownLatch blocked = block(subject);
        try {
            lab.inRouter("conntrack", "-F");
        } finally {
            blocked.countDown();
        }
        Wait.until("all is read", () -> isAllRead(subject));
        assertEquals(0, lab.entries());
        return stats.ended() == ended + BURST && stats.lostEvents() == lost;
    }

    private boolean isAllRead(Subject subject) throws Exception {
        if (lab.entries() > 0 || subject.source().events().queuedBytes() > 0) {
            return false;
        }
        // What has left the queue is handled when the loop has come round.
        subject.source().events().eventLoop().submit(() -> {}).sync();
        return true;
    }
}
