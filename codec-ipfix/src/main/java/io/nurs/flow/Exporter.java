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

    private static final long SEQUENCE_MASK = 0xffff_ffffL;
    private static final long UNKNOWN = -1;

    private final Map<Integer, DecodedTemplate> templates = new HashMap<>();
    private final int maxTemplates;
    private long nextSequence = UNKNOWN;

    Exporter(int maxTemplates) {
        this.maxTemplates = maxTemplates;
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
        if (earlier == null && templates.size() >= maxTemplates) {
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

    /** Compares a message's sequence number with the one that the message before promised. */
    public void checkSequence(long sequence, Consumer<DecodeAnomaly> anomalies) {
        if (nextSequence != UNKNOWN && nextSequence != sequence) {
            anomalies.accept(new DecodeAnomaly.SequenceGap(nextSequence, sequence));
        }
    }

    public void expectSequence(long next) {
        nextSequence = next & SEQUENCE_MASK;
    }

    /** Where the message could not be counted, the next one's number is taken as it is. */
    public void expectAnySequence() {
        nextSequence = UNKNOWN;
    }
}
