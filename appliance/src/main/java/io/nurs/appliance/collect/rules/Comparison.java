package io.nurs.appliance.collect.rules;

import io.nurs.appliance.collect.rules.TemplateRule.Lesson;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.InformationElement;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What was sent, and what a collector has of it. Records are those of data, not of options. */
public final class Comparison {
    /** Whoever can send datagrams could make up any number of templates and elements. */
    private static final int MAX_NAMED = 4096;

    private final Map<LossReason, Long> lost = new EnumMap<>(LossReason.class);
    private final Map<Element, FieldFate> fields = new LinkedHashMap<>();
    private final Set<String> unlearnt = new LinkedHashSet<>();
    private long sentRecords;
    private long keptRecords;
    private Traffic sent = Traffic.NONE;
    private Traffic kept = Traffic.NONE;

    private record Element(int enterprise, int id) {}

    Comparison() {}

    void sent(Traffic traffic) {
        sent = sent.plus(traffic);
    }

    void record(DecodedTemplate template, ElementSet known, boolean isKept) {
        sentRecords++;
        template.fields().forEach(field -> field(field.element(), known, isKept));
    }

    private void field(InformationElement element, ElementSet known, boolean isKept) {
        Element key = new Element(element.enterprise(), element.id());
        FieldFate fate = fields.get(key);
        if (fate == null && fields.size() >= MAX_NAMED) {
            return;
        }
        FieldFate before = fate == null ? new FieldFate(element, 0, 0, 0) : fate;
        fields.put(key, before.counting(isKept, known.contains(element)));
    }

    void kept(Traffic traffic) {
        keptRecords++;
        kept = kept.plus(traffic);
    }

    void lost(LossReason reason) {
        lost.merge(reason, 1L, Long::sum);
    }

    void unlearnt(DecodedTemplate template, Lesson lesson) {
        if (unlearnt.size() < MAX_NAMED) {
            String kind = template.isOptions() ? "options template " : "template ";
            unlearnt.add(kind + template.id() + ": " + lesson.why());
        }
    }

    public long sentRecords() {
        return sentRecords;
    }

    public long keptRecords() {
        return keptRecords;
    }

    /** Both directions, multiplied by the rate that the exporter announced. */
    public Traffic sent() {
        return sent;
    }

    /** What the collector adds up, multiplied as it does. */
    public Traffic kept() {
        return kept;
    }

    /** How many records are lost, by reason. */
    public Map<LossReason, Long> lost() {
        return Collections.unmodifiableMap(lost);
    }

    /** In the order in which they were first sent. */
    public Collection<FieldFate> fields() {
        return Collections.unmodifiableCollection(fields.values());
    }

    /** The templates that were not learnt, and why. */
    public Set<String> unlearnt() {
        return Collections.unmodifiableSet(unlearnt);
    }

    /** Whether the collector has all records, and adds up the bytes that were sent. */
    public boolean isExact() {
        return sentRecords == keptRecords && sent.bytes() == kept.bytes();
    }
}
