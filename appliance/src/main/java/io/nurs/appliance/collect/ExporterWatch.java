package io.nurs.appliance.collect;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is remembered of one exporter's observation domain from message to message, to check the next by. */
final class ExporterWatch {
    private final Duration templateLifetime;
    private final Map<Integer, Announced> templates;
    private final BootWatch boot = new BootWatch();
    private final GapWatch gaps;
    private @Nullable Instant init;
    private boolean needsInit;

    /** A template as it was sent last, and when. */
    private record Announced(DecodedTemplate template, Instant at) {}

    ExporterWatch(int maxTemplates, Duration templateLifetime, GapWatch gaps) {
        this.gaps = gaps;
        this.templateLifetime = templateLifetime;
        this.templates = new Eldest<>(maxTemplates);
    }

    /** Complains of what the decoder noticed; of a gap in the sequence of datagrams only when it stays one. */
    void checkAnomalies(DecodedMessage message, boolean isDatagram, Arrival arrival, Consumer<Finding> findings) {
        gaps.arrived(arrival);
        for (DecodeAnomaly anomaly : message.anomalies()) {
            switch (anomaly) {
                case DecodeAnomaly.SequenceGap gap
                when isDatagram && AnomalyFindings.missing(gap) > 0 -> gaps.gap(gap, message.version(), arrival);
                case DecodeAnomaly.SequenceLate late -> gaps.late(late, message, arrival);
                case DecodeAnomaly.BadFieldLength bad when FieldLengths.isFree(bad.element(), message.version()) -> {}
                default -> findings.accept(AnomalyFindings.of(anomaly, message.version()));
            }
        }
    }

    void check(DecodedMessage message, boolean isDatagram, Consumer<Finding> findings) {
        TimeChecks.checkExport(message.exportTime(), findings);
        if (Version.hasUptime(message.version())) {
            boot.check(message, findings);
        }
        for (DecodedTemplate template : message.templates()) {
            Announced before = templates.put(template.id(), new Announced(template, message.exportTime()));
            if (before == null || !before.template.equals(template)) {
                TemplateChecks.check(template, message.version(), findings);
            }
        }
        if (isDatagram) {
            checkRepetition(message, findings);
        }
    }

    /** Once for each template in a message. */
    private void checkRepetition(DecodedMessage message, Consumer<Finding> findings) {
        message.records().stream()
                .map(DataRecord::templateId)
                .distinct()
                .forEach(id -> checkRepetition(id, message.exportTime(), findings));
    }

    private void checkRepetition(int id, Instant now, Consumer<Finding> findings) {
        Announced announced = templates.get(id);
        if (announced != null && announced.at.plus(templateLifetime).isBefore(now)) {
            findings.accept(Finding.inTemplate(
                    ComplaintKind.TEMPLATE_NOT_REPEATED,
                    id,
                    "has data, and was last sent "
                            + Duration.between(announced.at, now).toSeconds()
                            + " s ago: a collector that starts now reads nothing"));
        }
    }

    FlowTimes check(ReadRecord record, Consumer<Finding> findings) {
        boolean hasUptime = Version.hasUptime(record.message().version());
        Instant told = record.instant(systemInitTimeMilliseconds);
        init = told == null ? init : told;
        if (!record.isOptions() && record.has(flowStartSysUpTime)) {
            needsInit |= !hasUptime;
        }
        FlowTimes times = FlowTimes.of(record, hasUptime ? BootWatch.bootOf(record.message()) : init);
        if (!record.isOptions()) {
            TimeChecks.check(record, times, hasUptime ? null : init, findings);
        }
        return times;
    }

    void end(Consumer<Finding> findings) {
        gaps.end();
        if (needsInit && init == null) {
            findings.accept(Finding.of(
                    ComplaintKind.BOOT,
                    "flows have uptimes (21, 22), and systemInitTimeMilliseconds(160), without which they mean"
                            + " nothing, was never sent"));
        }
    }
}
