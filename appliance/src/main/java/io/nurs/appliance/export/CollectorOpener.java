package io.nurs.appliance.export;

import io.netty.channel.EventLoop;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.CollectorTransport;
import io.nurs.appliance.config.FileDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.config.TemplateRefresh;
import io.nurs.appliance.output.MessageFormat;
import io.nurs.appliance.output.Spool;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import io.nurs.ipfix.IpfixEncoder;
import io.nurs.netflow5.Netflow5Encoder;
import io.nurs.netflow9.Netflow9Encoder;
import java.util.ArrayList;
import java.util.List;

/** Makes what a {@link Collector} is made of: the encoder, the records' templates, the way there. */
public final class CollectorOpener {
    private CollectorOpener() {}

    /**
     * Opens what leads to the collector.
     *
     * @param domain observationDomain(149), in v9 the source id, of this source at this collector
     * @param namespace name of the network namespace that the source reads; empty for nursd's own
     * @param kind what the source's records are
     */
    public static Collector open(
            FlowExporterConfig config,
            long domain,
            String namespace,
            RecordKind kind,
            EventLoop loop,
            Transports transport,
            ExportClock clock,
            SystemUptime uptime)
            throws StartException, InterruptedException {
        FlowEncoder encoder = encoder(config, domain, clock, uptime);
        FlowRecords records = new FlowRecords(config, uptime, namespace);
        ObservationRecords observations = new ObservationRecords(config, kind, namespace);
        List<Template<?>> templates = templates(config, records, observations);
        check(config.name(), encoder, templates);
        CollectorStats stats = new CollectorStats();
        Link link = switch (config.destination()) {
            case CollectorDestination there -> {
                SpoolOpener spool = () ->
                        there.spool() == null ? null : Spool.open(there.spool(), config.name() + "-" + domain, encoder);
                yield there.transport() == CollectorTransport.UDP
                        ? UdpLink.open(config, there, encoder, loop, transport, stats, spool)
                        : StreamLink.open(config.name(), there, encoder, loop, transport, stats, spool);
            }
            case FileDestination file -> FileLink.open(config, file, MessageFormat.MESSAGES, domain, encoder, loop);
            case OutputDestination output -> Outputs.open(config, output, templates, domain, encoder, loop, stats);
        };
        return new Collector(config, encoder, records, observations, clock, link, stats);
    }

    private static List<Template<?>> templates(
            FlowExporterConfig config, FlowRecords records, ObservationRecords observations) {
        List<Template<?>> templates = new ArrayList<>(records.templates());
        templates.addAll(new NatRecords(config.records().fields().profile()).templates());
        templates.addAll(observations.templates());
        return templates;
    }

    private static void check(String name, FlowEncoder encoder, List<? extends Template<?>> templates)
            throws StartException {
        for (Template<?> template : templates) {
            try {
                encoder.check(template);
            } catch (IllegalArgumentException e) {
                throw new StartException("exporter " + name + ": " + e.getMessage(), e);
            }
        }
    }

    static FlowEncoder encoder(FlowExporterConfig config, long domain, ExportClock clock, SystemUptime uptime) {
        TemplateRefresh refresh = config.templateRefresh();
        boolean isDatagrams = config.destination() instanceof CollectorDestination there
                && there.transport() == CollectorTransport.UDP;
        EncoderOptions options = isDatagrams
                ? new EncoderOptions(domain, config.longestMessageBytes(), refresh.packets(), refresh.interval())
                        .withNewTemplateCopies(refresh.copies())
                : EncoderOptions.stream(domain, config.longestMessageBytes(), refresh.interval());
        return switch (config.protocol()) {
            case NETFLOW5 ->
                new Netflow5Encoder(options, clock, uptime, config.records().sampling());
            case NETFLOW9 -> new Netflow9Encoder(options, clock, uptime);
            case IPFIX -> new IpfixEncoder(options, clock);
        };
    }
}
