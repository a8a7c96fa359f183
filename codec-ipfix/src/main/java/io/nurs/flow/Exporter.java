package io.nurs.flow;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder remembers of one sender's observation domain: template ids and sequence numbers are unique within it.
 * RFC 3954 §9, RFC 7011 §3.1
 */
public final class Exporter {
    /** The sender's port is part of it: two exporters on one host may use the same domain. */
    record Key(InetSocketAddress sender, long observationDomain) {}

    /** What a template was to those known before. */
    public enum Lesson {
        NEW,
        REPEATED,
        /** Another one had its id, and is forgotten. */
        CHANGED,
        /** There are too many others. */
        REFUSED
    }

    private final Map<Integer, DecodedTemplate> templates = new HashMap<>();
    private final Map<ElementKey, InformationElement> elements = new HashMap<>();
    private final SequenceTracker sequence = new SequenceTracker();
    private final DecoderLimits limits;

    private record ElementKey(int enterprise, int id) {}

    Exporter(DecoderLimits limits) {
        this.limits = limits;
    }

    int elements() {
        return elements.size();
    }

    /** A private element that the exporter has named; null if it has not. RFC 5610 */
    public @Nullable InformationElement element(int enterprise, int id) {
        return elements.get(new ElementKey(enterprise, id));
    }

    /**
     * Names an element, in the templates that are known already too. An element's first name stays: RFC 5610 has no way
     * to change it, and to rename again and again would be work without bound. False if it stays unknown.
     */
    public boolean name(InformationElement element) {
        ElementKey key = new ElementKey(element.enterprise(), element.id());
        if (elements.containsKey(key) || elements.size() >= limits.maxElementsPerSender()) {
            return false;
        }
        elements.put(key, element);
        templates.replaceAll((id, template) -> template.naming(element));
        return true;
    }

    @Nullable
    DecodedTemplate template(int id) {
        return templates.get(id);
    }

    int templates() {
        return templates.size();
    }

    Lesson learn(DecodedTemplate template) {
        DecodedTemplate earlier = templates.get(template.id());
        if (earlier == null && templates.size() >= limits.maxTemplatesPerSender()) {
            return Lesson.REFUSED;
        }
        templates.put(template.id(), template);
        if (earlier == null) {
            return Lesson.NEW;
        }
        return earlier.equals(template) ? Lesson.REPEATED : Lesson.CHANGED;
    }

    /** False if there was none such. */
    public boolean forget(Predicate<DecodedTemplate> withdrawn) {
        return templates.values().removeIf(withdrawn);
    }

    /** Compares a message's sequence number with those of the messages before. */
    public void checkSequence(long number, Consumer<DecodeAnomaly> anomalies) {
        DecodeAnomaly anomaly = sequence.arrived(number);
        if (anomaly != null) {
            anomalies.accept(anomaly);
        }
    }

    /** The message that was checked last says which number follows it, modulo 2^32. */
    public void expectSequence(long next) {
        sequence.continuesWith(next);
    }

    /** Where the message could not be counted, the next one's number is taken as it is. */
    public void expectAnySequence() {
        sequence.continuesAnywhere();
    }
}
