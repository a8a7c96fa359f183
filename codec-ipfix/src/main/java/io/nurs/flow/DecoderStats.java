package io.nurs.flow;

/**
 * What a decoder has seen since it was made. Written by the event loop without locks or fences, like
 * {@link EncoderStats}.
 */
public final class DecoderStats {
    private long messages;
    private long undecodable;
    private long templates;
    private long records;
    private long unknownTemplates;
    private long sequenceGaps;
    private long lateMessages;
    private long refusedTemplates;
    private long malformed;
    private long evictedSenders;

    public DecoderStats() {}

    /** Counts a message and all that was found in it. */
    public void count(DecodedMessage message) {
        messages++;
        templates += message.templates().size();
        records += message.records().size();
        for (DecodeAnomaly anomaly : message.anomalies()) {
            switch (anomaly) {
                case DecodeAnomaly.UnknownTemplate u -> unknownTemplates++;
                case DecodeAnomaly.SequenceGap g -> sequenceGaps++;
                case DecodeAnomaly.SequenceLate l -> lateMessages++;
                case DecodeAnomaly.TemplateLimit l -> refusedTemplates++;
                default -> malformed++;
            }
        }
    }

    public void countUndecodable() {
        undecodable++;
    }

    public void countEvictedSender() {
        evictedSenders++;
    }

    /** Messages with a readable header. */
    public long messages() {
        return messages;
    }

    /** Datagrams without a readable header. */
    public long undecodable() {
        return undecodable;
    }

    public long templates() {
        return templates;
    }

    public long records() {
        return records;
    }

    /** Data sets skipped because their template was not known. */
    public long unknownTemplates() {
        return unknownTemplates;
    }

    public long sequenceGaps() {
        return sequenceGaps;
    }

    /** Messages that came after one that was sent behind them. */
    public long lateMessages() {
        return lateMessages;
    }

    /** Templates refused because of the {@link DecoderLimits}. */
    public long refusedTemplates() {
        return refusedTemplates;
    }

    /** Anomalies of every other kind. */
    public long malformed() {
        return malformed;
    }

    /** Senders forgotten, with their templates, to make room for others. */
    public long evictedSenders() {
        return evictedSenders;
    }
}
