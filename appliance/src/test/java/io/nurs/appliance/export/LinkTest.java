package io.nurs.appliance.export;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** What tests of real sockets and files begin with: a collector that is opened as the appliance does, and flows for it. */
abstract class LinkTest {
    private EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
    EventLoop loop = loops.next();

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** With another event loop from now on. */
    Collector open(Transports transport, String options) throws Exception {
        if (transport != Transports.EPOLL) {
            close();
            loops = new MultiThreadIoEventLoopGroup(1, transport.handlers());
            loop = loops.next();
        }
        return opened(transport, options);
    }

    /** @param options of the exporter, where it sends among them */
    Collector open(String options) throws Exception {
        return opened(Transports.EPOLL, options);
    }

    private Collector opened(Transports transport, String options) throws Exception {
        FlowExporterConfig config = switch (ConfigLoader.parse("test.yaml", """
                        stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                        exporters: { main: { flush-interval: 10ms, %s } }
                        """.formatted(options))
                .exporters()
                .values()
                .iterator()
                .next()) {
            case FlowExporterConfig flows -> flows;
        };
        return CollectorOpener.open(
                config, 1, "", RecordKind.FLOWS, loop, transport, ExportClock.SYSTEM, new SystemUptime(0));
    }

    static FlowExporter exporter(Collector collector) {
        return new FlowExporter(List.of(new Stack(List.of(), false, DistributionMode.MIRROR, List.of(collector))));
    }

    static EmbeddedSource source(FlowExporter exporter) {
        return new EmbeddedSource(ConntrackSourceConfig.defaults("flows"), InstantSource.system(), exporter);
    }

    /** Each of one packet in each direction. */
    void flows(EmbeddedSource source, int count) {
        loop.submit(() -> {
                    for (int i = 0; i < count; i++) {
                        source.read(EntryMessage.destroy().counters(1, 60, 1, 60));
                    }
                })
                .syncUninterruptibly();
    }
}
