package io.nurs.flow;

/** What may be wrong with a message that could be read nevertheless. Lengths are in octets. */
public sealed interface DecodeAnomaly {
    /** Data that cannot be read because its template has not come yet, or never will. */
    record UnknownTemplate(int templateId, int length) implements DecodeAnomaly {}

    /** A set that says it is shorter than its own header, or longer than the message: what follows cannot be found. */
    record BadSetLength(int setId, int length, int available) implements DecodeAnomaly {}

    /** A set of a kind that the protocol's version does not have. */
    record ReservedSet(int setId) implements DecodeAnomaly {}

    /** A template that makes no sense; the rest of its set is skipped, the template's earlier meaning stays. */
    record BadTemplate(int templateId, String reason) implements DecodeAnomaly {}

    /** A template that the {@link DecoderLimits} keep out. */
    record TemplateLimit(int templateId) implements DecodeAnomaly {}

    /** Octets after the last record of a set that are too many for padding, or not zero. */
    record BadPadding(int setId, int length) implements DecodeAnomaly {}

    /** The message ends within a set's header. */
    record Truncated(int length) implements DecodeAnomaly {}

    /** The header's count is not the number of records in the message. */
    record CountMismatch(int announced, int found) implements DecodeAnomaly {}

    /** Messages were lost, doubled, reordered, or the exporter was restarted. */
    record SequenceGap(long expected, long actual) implements DecodeAnomaly {}
}
