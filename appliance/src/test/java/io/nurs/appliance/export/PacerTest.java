package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bursts, at a collector that has the socket buffer that Linux gives it and takes so many datagrams a second, not more. */
class PacerTest extends LinkTest {
    private static final int FLOWS = 100_000;
    private static final int BATCH = 250;

    /** Measured: net.core.rmem_default, 212,992 bytes, holds so many datagrams of 1472 bytes, of 2304 bytes each in the kernel. */
    private static final int BUFFER_DATAGRAMS = 92;

    private static final double READ_PER_NANO = 12_000 / 1e9;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** With paranoid detection, which the other tests run with, there is no burst: making the flows is too slow. */
    @BeforeEach
    void switchLeakDetectionOff() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    /**
     * What would wait in that collector's buffer. A real one is in the way of the sender on a busy machine, and loses what comes
     * while it has no processor.
     */
    private static final class SlowCollector extends ChannelOutboundHandlerAdapter {
        private int written;
        private long arrived;
        private double waiting;
        private double mostWaiting;
        private long nanos = System.nanoTime();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            written += message instanceof ByteBuf ? 1 : 0;
            ctx.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            long now = System.nanoTime();
            waiting = Math.max(0, waiting - (now - nanos) * READ_PER_NANO) + written;
            mostWaiting = Math.max(mostWaiting, waiting);
            arrived += written;
            written = 0;
            nanos = now;
            ctx.flush();
        }
    }

    /** As a walk through a table does: a batch, and the next if the collectors take more. */
    private void report(FlowExporter exporter, EmbeddedSource source, int flows) throws Exception {
        AtomicLong left = new AtomicLong(flows);
        Runnable walk = new Runnable() {
            private boolean reading;

            @Override
            public void run() {
                if (reading) {
                    return;
                }
                reading = true;
                while (left.get() > 0 && exporter.takesMore()) {
                    for (int i = 0; i < BATCH; i++) {
                        source.read(EntryMessage.destroy().counters(1, 60, 1, 60));
                    }
                    left.addAndGet(-BATCH);
                }
                reading = false;
            }
        };
        exporter.whenTakesMore(walk);
        loop.submit(walk).sync();
        Wait.until("the end of the walk", () -> left.get() <= 0);
    }

    private SlowCollector burst(Transports transport, DatagramSocket socket, String options) throws Exception {
        SlowCollector there = new SlowCollector();
        Collector collector = open(
                transport, "type: netflow9, collector: \"127.0.0.1:%d\"%s".formatted(socket.getLocalPort(), options));
        collector.channel().pipeline().addFirst(there);
        FlowExporter exporter = exporter(collector);

        report(exporter, source(exporter), FLOWS);
        collector.close().sync();

        assertTrue(collector.encoded().records() >= 2 * FLOWS);
        assertEquals(0, collector.encoded().droppedRecords());
        assertEquals(0, collector.notSent().flows());
        assertEquals(collector.encoded().datagrams(), there.arrived);
        return there;
    }

    @ParameterizedTest
    @EnumSource(Transports.class)
    void aCollectorWithAnOrdinarySocketBufferHasRoomForEachDatagramOfABurst(Transports transport) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            SlowCollector there = burst(transport, socket, "");

            assertTrue(there.mostWaiting <= BUFFER_DATAGRAMS, there.mostWaiting + " datagrams waited");
        }
    }

    /** So that the test above can fail. */
    @Test
    void withoutPacingItHasNot() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            SlowCollector there = burst(Transports.EPOLL, socket, ", max-datagrams-per-second: 0");

            assertTrue(there.mostWaiting > BUFFER_DATAGRAMS, there.mostWaiting + " datagrams waited");
        }
    }

    /** A stop waits half of its time for pacing; then all leaves. At this pace the walk alone would take three minutes. */
    @Test
    void aStopSendsAllWithoutWaitingForThePace() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Collector collector = open("type: netflow9, max-datagrams-per-second: 10, collector: \"127.0.0.1:%d\""
                    .formatted(socket.getLocalPort()));
            FlowExporter exporter = exporter(collector);
            EmbeddedSource source = source(exporter);
            loop.submit(() -> exporter.hurry(Duration.ofSeconds(1))).sync();

            report(exporter, source, 20_000);
            collector.close().sync();

            assertEquals(0, collector.encoded().droppedRecords());
            assertEquals(0, collector.notSent().flows());
        }
    }

    @Test
    void eventsAreNotHeldUpAndNoneIsDropped() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Collector collector = open("type: netflow9, max-datagrams-per-second: 100, collector: \"127.0.0.1:%d\""
                    .formatted(socket.getLocalPort()));

            flows(source(exporter(collector)), 20_000);

            assertTrue(collector.encoded().datagrams() > 1000);
            assertEquals(0, collector.encoded().droppedRecords());
            collector.close().sync();
            assertEquals(0, collector.notSent().flows());
        }
    }
}
