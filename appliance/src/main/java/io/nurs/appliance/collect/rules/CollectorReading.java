package io.nurs.appliance.collect.rules;

import io.netty.buffer.ByteBuf;
import io.nurs.appliance.collect.rules.CollectorRules.Needs;
import io.nurs.appliance.collect.rules.TemplateRule.Lesson;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecoderLimits;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads messages by a collector's rules, and compares what it gets with what was sent. For one thread. */
public final class CollectorReading {
    private final CollectorRules rules;
    private final Netflow9Decoder netflow9;
    private final IpfixDecoder ipfix;
    private final Map<Key, ExporterDomain> domains;
    private final Comparison comparison = new Comparison();

    private record Key(InetSocketAddress exporter, int version, long domain) {}

    public CollectorReading(CollectorRules rules, DecoderLimits limits) {
        this.rules = rules;
        this.netflow9 = new Netflow9Decoder(limits);
        this.ipfix = new IpfixDecoder(limits);
        this.domains = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, ExporterDomain> eldest) {
                if (size() <= limits.maxSenders()) {
                    return false;
                }
                comparison.sent(eldest.getValue().end());
                return true;
            }
        };
    }

    /** Reads one message; its indices stay as they are. */
    public void message(InetSocketAddress exporter, ByteBuf octets, boolean isDatagram) {
        List<DecodedMessage> sets = new ArrayList<>();
        for (ByteBuf set : SetSplitter.split(octets)) {
            DecodedMessage decoded = decode(exporter, set, isDatagram);
            if (decoded != null) {
                sets.add(decoded);
            }
        }
        if (!sets.isEmpty()) {
            DecodedMessage first = sets.getFirst();
            ExporterDomain domain = domains.computeIfAbsent(
                    new Key(exporter, first.version(), first.observationDomain()),
                    key -> new ExporterDomain(rules.sampling()));
            read(sets, domain);
        }
    }

    /** What has come of all messages; called at their end. */
    public Comparison comparison() {
        domains.values().forEach(domain -> comparison.sent(domain.end()));
        return comparison;
    }

    private @Nullable DecodedMessage decode(InetSocketAddress exporter, ByteBuf set, boolean isDatagram) {
        if (set.getUnsignedShort(0) == SetSplitter.NETFLOW9) {
            return netflow9.decode(exporter, set);
        }
        return isDatagram ? ipfix.decode(exporter, set) : ipfix.decodeStream(exporter, set);
    }

    private void read(List<DecodedMessage> sets, ExporterDomain domain) {
        LossReason lost = null;
        if (rules.losesMessages() && sets.stream().anyMatch(CollectorReading::isUnknown)) {
            lost = LossReason.UNKNOWN_TEMPLATE;
        } else if (rules.sampling().holdsForWholeMessage()) {
            sets.stream()
                    .flatMap(set -> set.records().stream())
                    .filter(record -> record.template().isOptions())
                    .forEach(options -> domain.learnRate(RecordValues.of(options)));
        }
        for (DecodedMessage set : sets) {
            if (lost != LossReason.MESSAGE && !readTemplates(set, domain)) {
                lost = LossReason.MESSAGE;
            }
            for (DataRecord record : set.records()) {
                boolean isLearnt = lost != null || domain.isLearnt(record.templateId());
                read(record, set.version(), domain, isLearnt ? lost : LossReason.TEMPLATE);
            }
        }
    }

    private static boolean isUnknown(DecodedMessage set) {
        return set.anomalies().stream().anyMatch(DecodeAnomaly.UnknownTemplate.class::isInstance);
    }

    /** False if the collector reads nothing behind them. */
    private boolean readTemplates(DecodedMessage set, ExporterDomain domain) {
        for (DecodedTemplate template : set.templates()) {
            Lesson lesson = rules.templates().learn(template, set.version(), rules.elements(set.version()));
            if (lesson == Lesson.LEARNT) {
                domain.learnTemplate(template.id());
            } else {
                comparison.unlearnt(template, lesson);
            }
            if (lesson == Lesson.REPEATED_NAME) {
                return false;
            }
        }
        return true;
    }

    private void read(DataRecord record, int version, ExporterDomain domain, @Nullable LossReason lost) {
        RecordValues values = RecordValues.of(record);
        if (record.template().isOptions()) {
            comparison.sent(domain.announced(values));
            if (lost == null) {
                domain.learnRate(values);
            }
            return;
        }
        comparison.sent(domain.sent(values, CounterRule.BOTH_DIRECTIONS.of(values)));
        long rate = domain.rateOf(values);
        LossReason reason = lost != null ? lost : missing(values, rate);
        comparison.record(record.template(), rules.elements(version), reason == null);
        if (reason == null) {
            comparison.kept(rules.counters().of(values).times(Math.max(1, rate)));
        } else {
            comparison.lost(reason);
        }
    }

    private @Nullable LossReason missing(RecordValues record, long rate) {
        if (rules.needs() == Needs.NOTHING) {
            return null;
        }
        if (!CollectorRules.hasInterface(record)) {
            return LossReason.NO_INTERFACE;
        }
        return rate == 0 ? LossReason.NO_RATE : null;
    }
}
