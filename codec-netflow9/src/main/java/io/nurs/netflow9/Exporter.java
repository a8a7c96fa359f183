package io.nurs.netflow9;

import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedTemplate;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder remembers of one sender's source id: RFC 3954 §9 makes template ids and sequence numbers unique within
 * it.
 */
final class Exporter {
    /** The sender's port is part of it: two exporters on one host may use the same source id. */
    record Key(InetSocketAddress sender, long sourceId) {}

    private static final long SEQUENCE_MASK = 0xffff_ffffL;
    private static final long NO_SEQUENCE = -1;

    private final Map<Integer, DecodedTemplate> templates = new HashMap<>();
    private final int maxTemplates;
    private long nextSequence = NO_SEQUENCE;

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

    /** Replaces a template of the same id; false if there are too many others. */
    boolean learn(DecodedTemplate template) {
        if (templates.size() >= maxTemplates && !templates.containsKey(template.id())) {
            return false;
        }
        templates.put(template.id(), template);
        return true;
    }

    void follow(long sequence, Consumer<DecodeAnomaly> anomalies) {
        if (nextSequence != NO_SEQUENCE && nextSequence != sequence) {
            anomalies.accept(new DecodeAnomaly.SequenceGap(nextSequence, sequence));
        }
        nextSequence = (sequence + 1) & SEQUENCE_MASK;
    }
}
