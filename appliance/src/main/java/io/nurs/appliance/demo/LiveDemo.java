package io.nurs.appliance.demo;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.CollectorAddress;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.config.EmptyFlows;
import io.nurs.appliance.config.FirstStart;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.StackConfig;
import io.nurs.appliance.config.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The main job on real traffic: an appliance reads the router of a {@link DemoLab}, and a collector reads the appliance. */
public final class LiveDemo {
    private static final Duration TRAFFIC = Duration.ofSeconds(9);
    private static final Duration ACTIVE_TIMEOUT = Duration.ofSeconds(4);
    /** Of loopback: datagrams are there long before, or lost. */
    private static final Duration ARRIVAL = Duration.ofSeconds(3);

    private LiveDemo() {}

    /**
     * Takes about 15 seconds.
     *
     * @throws StartException if this machine cannot do it
     */
    public static DemoResult run(DemoCollector collector, FlowTable table)
            throws IOException, StartException, InterruptedException {
        try (DemoLab lab = DemoLab.create()) {
            Path router = lab.router().path();
            Appliance appliance = Appliance.start(config(router, collector));
            Forwarded counted;
            try (DemoTraffic traffic = DemoTraffic.start(lab, TRAFFIC)) {
                traffic.await(progress -> table.progress(line(progress, collector)));
            } finally {
                appliance.stop();
            }
            counted = lab.forwarded();
            awaitRecords(appliance, collector);
            return new DemoResult(
                    "an nftables counter in the router's forward chain",
                    counted.packets(),
                    counted.bytes(),
                    collector.totals(),
                    notes(lab));
        }
    }

    private static String line(DemoTraffic.Progress progress, DemoCollector collector) {
        return "%d of %d flows done, router forwarded %,d bytes, collector has %,d in %,d records"
                .formatted(
                        progress.ended(),
                        progress.started(),
                        progress.forwarded().bytes(),
                        collector.totals().octets(),
                        collector.totals().records());
    }

    private static ApplianceConfig config(@Nullable Path router, DemoCollector collector) {
        ConntrackSourceConfig source = new ConntrackSourceConfig(
                "router",
                Accounting.DELTA,
                ACTIVE_TIMEOUT,
                EmptyFlows.SKIP,
                Delivery.RELIABLE,
                ConntrackSourceConfig.defaults("router").guardPercent(),
                null,
                router == null ? null : router.toString(),
                ConntrackSourceConfig.defaults("router").receiveBufferBytes(),
                1,
                false,
                FirstStart.EXPORT,
                null,
                ConntrackSourceConfig.defaults("router").maxFlows(),
                null,
                Duration.ofSeconds(10));
        FlowExporterConfig exporter = FlowExporterConfig.defaults(
                "collector",
                FlowProtocol.NETFLOW9,
                new CollectorAddress(
                        collector.address().getAddress().getHostAddress(),
                        collector.address().getPort()));
        StackConfig stack = new StackConfig("demo", source, List.of(), List.of(exporter));
        return new ApplianceConfig(Transport.EPOLL, List.of(stack), Map.of(exporter.name(), exporter));
    }

    static void awaitRecords(Appliance appliance, DemoCollector collector) throws InterruptedException {
        long sent = appliance.collectors().stream()
                .mapToLong(end -> end.encoded().flowRecords())
                .sum();
        awaitRecords(sent, collector);
    }

    static void awaitRecords(long sent, DemoCollector collector) throws InterruptedException {
        long deadline = System.nanoTime() + ARRIVAL.toNanos();
        while (collector.totals().records() < sent && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
    }

    private static List<String> notes(DemoLab lab) {
        List<String> notes = new ArrayList<>();
        if (!lab.hasNat()) {
            notes.add("without a NAT'd flow: this kernel lacks nftables' NAT");
        }
        if (!lab.hasIpv6()) {
            notes.add("without IPv6: this kernel, or this JVM in its namespace, lacks it");
        }
        return notes;
    }
}
