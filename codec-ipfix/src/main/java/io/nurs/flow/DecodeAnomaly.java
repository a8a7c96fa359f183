package io.nurs.flow;

/** What may be wrong with a message that could be read nevertheless. Lengths are in octets. */
public sealed interface DecodeAnomaly {
    /** Data that cannot be read because its template has not come yet, or never will. */
    record UnknownTemplate(int templateId, int length) implements DecodeAnomaly {}

    /** Data in front of its own template in one message: a collector that begins here loses it. */
    record DataBeforeTemplate(int templateId) implements DecodeAnomaly {}

    /** The header's length is not what came. IPFIX only: version 9 has none. */
    record BadMessageLength(int length, int available) implements DecodeAnomaly {}

    /** A set that says it is shorter than its own header, or longer than the message: what follows cannot be found. */
    record BadSetLength(int setId, int length, int available) implements DecodeAnomaly {}

    /** A set of a kind that the protocol's version does not have. */
    record ReservedSet(int setId) implements DecodeAnomaly {}

    /** Records of one template in several sets, one behind the other: legal, and a waste of a header for each. */
    record SplitSet(int setId) implements DecodeAnomaly {}

    /** A template that makes no sense; the rest of its set is skipped, the template's earlier meaning stays. */
    record BadTemplate(int templateId, String reason) implements DecodeAnomaly {}

    /** A record whose variable lengths lead out of its set, the rest of which is skipped. */
    record BadRecord(int templateId, int available) implements DecodeAnomaly {}

    /** A field in a length that its element's type cannot have: whoever knows better reads something else. */
    record BadFieldLength(int templateId, InformationElement element, int length) implements DecodeAnomaly {}

    /** Another template with the id of one that was not withdrawn; it is believed. RFC 7011 §8.1 */
    record TemplateChanged(int templateId) implements DecodeAnomaly {}

    /** A withdrawal on UDP, which may overtake data, is ignored. RFC 7011 §8.4 */
    record DatagramWithdrawal(int templateId) implements DecodeAnomaly {}

    /** The withdrawal of a template that is not known. RFC 7011 §8.1 */
    record UnknownWithdrawal(int templateId) implements DecodeAnomaly {}

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
