package io.nurs.appliance.status;

import io.nurs.appliance.Finding;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.source.FlowLedger;
import io.nurs.appliance.status.StatusReport.CollectorStatus;
import io.nurs.appliance.status.StatusReport.EventSourceStatus;
import io.nurs.appliance.status.StatusReport.NftablesStatus;
import io.nurs.appliance.status.StatusReport.PacketStatus;
import io.nurs.appliance.status.StatusReport.PolledStatus;
import io.nurs.appliance.status.StatusReport.QueueStatus;
import io.nurs.appliance.status.StatusReport.SourceStatus;
import io.nurs.appliance.status.StatusReport.SpoolStatus;
import io.nurs.appliance.status.StatusReport.StackStatus;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a report as {@code /status.json} has it. Its keys are documented: docs/status.md. */
final class StatusJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private StatusJson(JsonGenerator json) {
        this.json = json;
    }

    static byte[] write(StatusReport report) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), octets)) {
            new StatusJson(json).report(report);
        }
        return octets.toByteArray();
    }

    private void report(StatusReport report) {
        json.writeStartObject();
        json.writeStringProperty("version", report.version());
        json.writeNumberProperty("now", report.nowMillis());
        json.writeNumberProperty("started", report.startedMillis());
        json.writeNumberProperty("loaded", report.loadedMillis());
        json.writeNumberProperty("reloads", report.reloads());
        reload(report.lastReload());
        list("stacks", report.stacks(), this::stack);
        list("sources", report.sources(), this::source);
        list("polled", report.polled(), this::polled);
        list("events", report.events(), this::events);
        list("queues", report.queues(), this::queue);
        list("packets", report.packets(), this::packets);
        list("collectors", report.collectors(), this::collector);
        list("findings", report.findings(), this::finding);
        json.writeEndObject();
    }

    private <T> void list(String name, List<T> items, Consumer<T> writer) {
        json.writeArrayPropertyStart(name);
        items.forEach(item -> {
            json.writeStartObject();
            writer.accept(item);
            json.writeEndObject();
        });
        json.writeEndArray();
    }

    private void reload(@Nullable ReloadOutcome outcome) {
        if (outcome == null) {
            json.writeNullProperty("lastReload");
            return;
        }
        json.writeObjectPropertyStart("lastReload");
        json.writeNumberProperty("at", outcome.when().toEpochMilli());
        json.writeBooleanProperty("succeeded", outcome.reloaded());
        json.writeStringProperty("what", outcome.words());
        json.writeEndObject();
    }

    private void stack(StackStatus stack) {
        json.writeStringProperty("name", stack.name());
        json.writeStringProperty("source", stack.source());
        json.writeNumberProperty("filters", stack.filters());
        json.writeStringProperty("distribution", stack.distribution());
        json.writeArrayPropertyStart("exporters");
        stack.exporters().forEach(json::writeString);
        json.writeEndArray();
    }

    private void source(SourceStatus source) {
        json.writeStringProperty("name", source.name());
        json.writeStringProperty("namespace", source.namespace());
        json.writeStringProperty("accounting", source.accounting());
        json.writeStringProperty("delivery", source.delivery());
        json.writeBooleanProperty("bound", source.bound());
        json.writeBooleanProperty("reading", source.reading());
        json.writeBooleanProperty("reliable", source.reliable());
        json.writeNumberProperty("messages", source.messages());
        json.writeNumberProperty("bytes", source.bytes());
        json.writeNumberProperty("unreadable", source.unreadable());
        json.writeNumberProperty("lostEvents", source.lostEvents());
        json.writeNumberProperty("lastLost", source.lastLostMillis());
        json.writeNumberProperty("reports", source.reports());
        json.writeNumberProperty("dumps", source.dumps());
        json.writeNumberProperty("failedDumps", source.failedDumps());
        json.writeNumberProperty("lag", source.lagSeconds());
        json.writeNumberProperty("tableEntries", source.tableEntries());
        json.writeNumberProperty("maxTableEntries", source.maxTableEntries());
        ledger(source.ledger());
    }

    private void polled(PolledStatus source) {
        json.writeStringProperty("name", source.name());
        json.writeStringProperty("type", source.type());
        json.writeStringProperty("namespace", source.namespace());
        json.writeNumberProperty("interval", source.intervalSeconds());
        json.writeBooleanProperty("bound", source.bound());
        json.writeBooleanProperty("reading", source.reading());
        json.writeNumberProperty("readings", source.readings());
        json.writeNumberProperty("failedReadings", source.failedReadings());
        json.writeNumberProperty("passedOver", source.passedOver());
        json.writeNumberProperty("lastReading", source.lastReadingMillis());
        json.writeNumberProperty("objects", source.objects());
        json.writeNumberProperty("reports", source.reports());
        json.writeNumberProperty("quotaEvents", source.quotaEvents());
        json.writeNumberProperty("zeroed", source.zeroed());
        NftablesStatus nftables = source.nftables();
        if (nftables != null) {
            json.writeNumberProperty("changes", nftables.changes());
            json.writeNumberProperty("unattributed", nftables.unattributed());
            json.writeNumberProperty("transactions", nftables.transactions());
            json.writeNumberProperty("steps", nftables.steps());
            json.writeNumberProperty("lost", nftables.lost());
        }
    }

    private void events(EventSourceStatus source) {
        json.writeStringProperty("name", source.name());
        json.writeStringProperty("namespace", source.namespace());
        json.writeArrayPropertyStart("kinds");
        source.kinds().forEach(json::writeString);
        json.writeEndArray();
        json.writeBooleanProperty("bound", source.bound());
        json.writeBooleanProperty("reading", source.reading());
        json.writeBooleanProperty("reliable", source.reliable());
        json.writeNumberProperty("new", source.created());
        json.writeNumberProperty("updates", source.updated());
        json.writeNumberProperty("destroyed", source.destroyed());
        json.writeNumberProperty("lostEvents", source.lostEvents());
        json.writeNumberProperty("lastLost", source.lastLostMillis());
        json.writeNumberProperty("unreadable", source.unreadable());
    }

    private void queue(QueueStatus queue) {
        json.writeStringProperty("name", queue.name());
        json.writeNumberProperty("queue", queue.queue());
        json.writeStringProperty("namespace", queue.namespace());
        json.writeStringProperty("policy", queue.policy());
        json.writeBooleanProperty("failOpen", queue.failOpen());
        json.writeBooleanProperty("bound", queue.bound());
        json.writeBooleanProperty("reading", queue.reading());
        json.writeNumberProperty("packets", queue.packets());
        json.writeNumberProperty("octets", queue.octets());
        json.writeNumberProperty("accepted", queue.accepted());
        json.writeNumberProperty("dropped", queue.dropped());
        json.writeNumberProperty("repeated", queue.repeated());
        json.writeNumberProperty("stopped", queue.stopped());
        json.writeNumberProperty("requeued", queue.requeued());
        json.writeNumberProperty("changed", queue.changed());
        json.writeNumberProperty("unchangeable", queue.unchangeable());
        json.writeNumberProperty("refused", queue.refused());
        json.writeNumberProperty("failed", queue.failed());
        json.writeNumberProperty("loops", queue.loops());
        json.writeNumberProperty("missed", queue.missed());
        json.writeNumberProperty("maxLength", queue.maxLength());
        json.writeNumberProperty("waiting", queue.waiting());
        json.writeNumberProperty("kernelDropped", queue.kernelDropped());
        json.writeNumberProperty("userDropped", queue.userDropped());
    }

    private void packets(PacketStatus source) {
        json.writeStringProperty("name", source.name());
        json.writeStringProperty("type", source.type());
        json.writeStringProperty("namespace", source.namespace());
        json.writeNumberProperty("number", source.number());
        json.writeBooleanProperty("bound", source.bound());
        json.writeBooleanProperty("reading", source.reading());
        json.writeNumberProperty("packets", source.packets());
        json.writeNumberProperty("octets", source.octets());
        json.writeNumberProperty("lost", source.lost());
        json.writeNumberProperty("gaps", source.gaps());
        json.writeNumberProperty("lastLost", source.lastLostMillis());
    }

    private void ledger(FlowLedger ledger) {
        json.writeObjectPropertyStart("ledger");
        json.writeBooleanProperty("even", ledger.isEven());
        json.writeNumberProperty("seen", ledger.seen());
        json.writeNumberProperty("live", ledger.live());
        json.writeNumberProperty("ended", ledger.ended());
        json.writeNumberProperty("exported", ledger.exported());
        json.writeNumberProperty("empty", ledger.empty());
        json.writeNumberProperty("fromBefore", ledger.fromBefore());
        json.writeNumberProperty("unwatched", ledger.unwatched());
        json.writeEndObject();
    }

    private void collector(CollectorStatus collector) {
        json.writeStringProperty("name", collector.name());
        json.writeStringProperty("source", collector.source());
        json.writeNumberProperty("domain", collector.domain());
        json.writeStringProperty("protocol", collector.protocol());
        json.writeStringProperty("destination", collector.destination());
        json.writeBooleanProperty("up", collector.up());
        json.writeNumberProperty("records", collector.records());
        json.writeNumberProperty("messages", collector.messages());
        json.writeNumberProperty("octets", collector.octets());
        json.writeNumberProperty("lostMessages", collector.lostMessages());
        json.writeNumberProperty("lost", collector.lost());
        json.writeNumberProperty("notSent", collector.notSent());
        json.writeNumberProperty("notSendable", collector.notSendable());
        json.writeNumberProperty("lastNotSent", collector.lastNotSentMillis());
        json.writeNumberProperty("templates", collector.templates());
        json.writeNumberProperty("lastTemplate", collector.lastTemplateMillis());
        json.writeNumberProperty("sendErrors", collector.sendErrors());
        json.writeNumberProperty("connections", collector.connections());
        json.writeStringProperty("failure", collector.failure());
        spool(collector.spool());
    }

    private void spool(@Nullable SpoolStatus spool) {
        if (spool == null) {
            json.writeNullProperty("spool");
            return;
        }
        json.writeObjectPropertyStart("spool");
        json.writeNumberProperty("backlogBytes", spool.backlogBytes());
        json.writeNumberProperty("spooledMessages", spool.spooledMessages());
        json.writeNumberProperty("replayedMessages", spool.replayedMessages());
        json.writeNumberProperty("droppedMessages", spool.droppedMessages());
        json.writeNumberProperty("outages", spool.outages());
        json.writeEndObject();
    }

    private void finding(Finding finding) {
        json.writeStringProperty("level", finding.level().toString());
        json.writeStringProperty("subject", finding.subject());
        json.writeStringProperty("what", finding.what());
        json.writeStringProperty("mend", finding.mend());
    }
}
