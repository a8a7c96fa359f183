package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.nurs.appliance.policy.VerdictStats;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.appliance.source.QueueState;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One queue: what was decided, and what the kernel counts of it. */
final class QueueMeters implements Part {
    private static final String KERNEL_DROPPED =
            "Packets that the kernel dropped: the queue was full, or they did not fit into the receive buffer.";

    private final NfqueueSource source;
    private final Meters netlink;
    private final Meters meters;
    private final Meters kernel;
    private boolean isKernelBound;
    private volatile @Nullable QueueState state;
    private volatile boolean isTold;

    QueueMeters(MeterRegistry registry, NfqueueSource source) {
        this.source = source;
        Tags reader = ApplianceMetrics.tags(source.sourceName(), source.reader());
        Tags queue = reader.and("queue", Integer.toString(source.number()));
        this.netlink = new Meters(registry, reader);
        this.meters = new Meters(registry, queue);
        this.kernel = new Meters(registry, queue);
        SourceMeters.bindUp(netlink, source);
        source.channels().forEach((name, channel) -> NetlinkMeters.bind(netlink, name, channel));
        bind(meters, source.decided());
    }

    private void bind(Meters to, VerdictStats stats) {
        to.counter("nurs.queue.packets", "packets", "Queued packets that were decided on.", stats::packets);
        to.counter("nurs.queue", "bytes", "Their octets, IP headers included.", stats::octets);
        verdict("accept", stats::accepted);
        verdict("drop", stats::dropped);
        verdict("repeat", stats::repeated);
        verdict("stop", stats::stopped);
        verdict("queue", stats::requeued);
        to.counter("nurs.queue.marked", "packets", "Packets that were given a mark.", stats::marked);
        to.counter("nurs.queue.changed", "packets", "Packets that were given back changed.", stats::changed);
        to.counter(
                "nurs.queue.unchangeable",
                "packets",
                "Packets that were to be changed and went on as they were: not whole, or still to be segmented.",
                stats::unchangeable);
        to.counter(
                "nurs.queue.verdicts.refused",
                "verdicts",
                "Verdicts that the kernel refused: the packet did not wait any more.",
                source::refused);
        to.counter(
                "nurs.queue.policy.failures",
                "packets",
                "Packets on which the policy failed: accepted, or dropped with fail-open: false.",
                stats::failed);
        to.counter(
                "nurs.queue.loops",
                "packets",
                "Packets that would have come back for ever, and were accepted instead.",
                stats::loops);
        to.counter(
                "nurs.queue.missed",
                "packets",
                "Packets that did not fit into the receive buffer: they passed, or were dropped with fail-open: false.",
                stats::missed);
    }

    private void verdict(String verdict, LongSupplier count) {
        meters.counter("nurs.queue.verdicts", "packets", "Packets by what was decided.", count, "verdict", verdict);
    }

    /** Only root may read them; otherwise there are none. */
    @Override
    public void refresh() {
        QueueState read = source.state();
        isTold = read != null;
        // Counters stay where they were while nobody tells.
        state = read == null ? state : read;
        if (read != null && !isKernelBound) {
            isKernelBound = true;
            kernel.gauge(
                    "nurs.queue.waiting",
                    "packets",
                    "Packets that wait in the kernel for their verdict.",
                    () -> isTold ? last(QueueState::waiting) : 0);
            kernel.counter(
                    "nurs.queue.kernel.dropped",
                    "packets",
                    KERNEL_DROPPED,
                    () -> last(QueueState::dropped),
                    "reason",
                    "queue_full");
            kernel.counter(
                    "nurs.queue.kernel.dropped",
                    "packets",
                    KERNEL_DROPPED,
                    () -> last(QueueState::userDropped),
                    "reason",
                    "receive_buffer");
        }
    }

    private interface Figure {
        long of(QueueState state);
    }

    private long last(Figure figure) {
        QueueState read = state;
        return read == null ? 0 : figure.of(read);
    }

    @Override
    public void close() {
        meters.close();
        kernel.close();
        netlink.close();
    }
}
