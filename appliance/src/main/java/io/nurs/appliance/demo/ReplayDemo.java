package io.nurs.appliance.demo;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorAddress;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.export.CollectorOpener;
import io.nurs.appliance.export.FlowExporter;
import io.nurs.appliance.export.RecordKind;
import io.nurs.appliance.export.Stack;
import io.nurs.appliance.source.EventRecording;
import io.nurs.appliance.source.ReplaySource;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The main job on recorded events: no privilege, no traffic, the same pipeline from the decoder on. */
public final class ReplayDemo {
    private ReplayDemo() {}

    /** Takes as long as the recording is large. */
    public static DemoResult run(
            EventRecording recording, Transports transport, DemoCollector collector, FlowTable table)
            throws IOException, StartException, InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        try {
            EventLoop loop = loops.next();
            Collector end = CollectorOpener.open(
                    exporter(collector),
                    1,
                    "",
                    RecordKind.FLOWS,
                    loop,
                    transport,
                    ExportClock.SYSTEM,
                    new SystemUptime(ExportClock.SYSTEM.epochMillis()));
            ReplaySource source = ReplaySource.open(
                    ConntrackSourceConfig.defaults("replay"),
                    loop,
                    new FlowExporter(List.of(new Stack(List.of(), false, DistributionMode.MIRROR, List.of(end)))));
            int all = recording.datagrams().size();
            source.play(recording, sent -> table.progress("played %,d of %,d datagrams".formatted(sent, all)));
            source.close();
            end.close().sync();
            LiveDemo.awaitRecords(end.encoded().flowRecords(), collector);
            RecordedTotals counted = RecordedTotals.of(recording);
            return new DemoResult(
                    "the counters in the recording's DESTROY messages",
                    counted.packets(),
                    counted.octets(),
                    collector.totals(),
                    notes(source));
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    private static FlowExporterConfig exporter(DemoCollector collector) {
        return FlowExporterConfig.defaults(
                "collector",
                FlowProtocol.NETFLOW9,
                new CollectorAddress(
                        collector.address().getAddress().getHostAddress(),
                        collector.address().getPort()));
    }

    private static List<String> notes(ReplaySource source) {
        List<String> notes = new ArrayList<>();
        notes.add("%,d flows ended, %,d of them without traffic"
                .formatted(source.stats().ended(), source.stats().empty()));
        if (source.malformedMessages() > 0) {
            notes.add("%,d messages of the recording are malformed, and were left out"
                    .formatted(source.malformedMessages()));
        }
        return notes;
    }
}
