package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.export.CollectorStats;
import io.nurs.appliance.export.NotSent;
import io.nurs.appliance.output.SpoolStats;
import io.nurs.flow.EncoderStats;

/** What one reader of a source sends to one collector. */
final class CollectorMeters implements Part {
    private final Collector collector;
    private final Meters meters;

    CollectorMeters(MeterRegistry registry, Collector collector) {
        this.collector = collector;
        this.meters = new Meters(
                registry,
                ApplianceMetrics.tags(collector.source(), collector.reader()).and("exporter", collector.name()));
        bindSent();
        bindConnection();
        bindNotSent();
        bindNotSendable();
        SpoolStats spool = collector.spooled();
        if (spool != null) {
            bindSpool(spool);
        }
    }

    private void bindSent() {
        EncoderStats sent = collector.encoded();
        String records = "Data records that left in a message.";
        meters.counter("nurs.export.records", "records", records, sent::flowRecords, "kind", "flow");
        meters.counter("nurs.export.records", "records", records, sent::optionRecords, "kind", "option");
        meters.counter("nurs.export.templates", "templates", "Template records that left.", sent::templates);
        meters.counter("nurs.export.messages", "messages", "Messages encoded: datagrams, on UDP.", sent::datagrams);
        meters.counter("nurs.export", "bytes", "Octets of those messages.", sent::bytes);
        meters.counter(
                "nurs.export.dropped",
                "records",
                "Records that the encoder had no room for, those of options included.",
                sent::droppedRecords);
        meters.gauge(
                "nurs.export.sequence",
                "number",
                "Sequence number of the next message, before it is cut to 32 bits.",
                sent::sequence);
        meters.gauge(
                "nurs.export.template.age",
                "seconds",
                "Since templates last left. NaN before the first.",
                () -> sent.templatesMillis() == 0
                        ? Double.NaN
                        : Math.max(0, System.currentTimeMillis() - sent.templatesMillis()) / 1e3);
    }

    private void bindConnection() {
        CollectorStats stats = collector.stats();
        meters.gauge(
                "nurs.collector.up",
                null,
                "1 while what is sent arrives, as far as can be known.",
                () -> collector.isUp() ? 1 : 0);
        meters.counter(
                "nurs.collector.connection.attempts",
                "attempts",
                "Attempts to connect: TCP, TLS, readers of outputs.",
                stats::attempts);
        meters.counter("nurs.collector.connections", "connections", "Connections that were made.", stats::connections);
        meters.counter(
                "nurs.export.send.errors",
                "errors",
                "Messages that could not be sent, and ICMP errors that came back for sent ones.",
                stats::sendErrors);
        meters.gauge(
                "nurs.export.queued", "bytes", "Octets that wait for the socket or the file.", collector::queuedBytes);
    }

    private void bindNotSent() {
        NotSent notSent = collector.notSent();
        meters.counter(
                "nurs.export.lost.messages",
                "messages",
                "Messages that were encoded and went nowhere, as far as can be known.",
                collector::lostMessages);
        meters.counter(
                "nurs.export.lost.records",
                "records",
                "Records in those. On UDP without a spool: those that the socket refused.",
                collector::lostRecords);
        meters.counter(
                "nurs.export.not.sent.records",
                "records",
                "Records dropped here, because there was no connection or no room, and lost ones.",
                notSent::flows);
        meters.counter(
                "nurs.export.not.sent.packets",
                "packets",
                "Packets that records told of which were dropped before they were encoded.",
                notSent::packets);
        meters.counter(
                "nurs.export.not.sent",
                "bytes",
                "Octets that records told of which were dropped before they were encoded.",
                notSent::octets);
    }

    private void bindNotSendable() {
        NotSent notSendable = collector.notSendable();
        meters.counter(
                "nurs.export.not.sendable.records",
                "records",
                "Records that NetFlow v5 has no way to say: flows of IPv6, and all that is no flow.",
                notSendable::flows);
        meters.counter(
                "nurs.export.not.sendable.packets", "packets", "Packets of those records.", notSendable::packets);
        meters.counter("nurs.export.not.sendable", "bytes", "Octets of those records.", notSendable::octets);
    }

    private void bindSpool(SpoolStats spool) {
        meters.gauge("nurs.spool.backlog", "bytes", "Octets that wait, in memory and on disk.", spool::backlogBytes);
        meters.gauge("nurs.spool.max", "bytes", "How many octets may wait, max-size.", spool::maxBytes);
        meters.counter(
                "nurs.spool.spooled.messages",
                "messages",
                "Messages that went to disk instead of to the socket.",
                spool::spooledMessages);
        meters.counter("nurs.spool.spooled.records", "records", "Records in those messages.", spool::spooledRecords);
        meters.counter(
                "nurs.spool.replayed.messages",
                "messages",
                "Messages from disk that the socket took.",
                spool::replayedMessages);
        meters.counter(
                "nurs.spool.dropped.messages",
                "messages",
                "Messages lost because the spool or the disk was full or slow.",
                spool::droppedMessages);
        meters.counter("nurs.spool.dropped.records", "records", "Records in those messages.", spool::droppedRecords);
        meters.counter("nurs.spool.dropped", "bytes", "Octets of those messages.", spool::droppedBytes);
        meters.counter(
                "nurs.spool.lost.in.flight.messages",
                "messages",
                "At most so many messages were on their way when a collector died.",
                spool::lostInFlightMessages);
        meters.counter(
                "nurs.spool.in.doubt.messages",
                "messages",
                "Messages that the process before this one may have sent or not when it was killed.",
                spool::inDoubtMessages);
        meters.counter(
                "nurs.spool.outages", "outages", "How often the collector was found to be down.", spool::outages);
    }

    @Override
    public void close() {
        meters.close();
    }
}
