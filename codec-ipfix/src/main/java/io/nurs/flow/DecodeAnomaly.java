package io.nurs.flow;

/** What may be wrong with a message that could be read nevertheless. Lengths are in octets. */
public sealed interface DecodeAnomaly {
    /** Data that cannot be read because its template has not come yet, or never will. */
    record UnknownTemplate(int templateId, int length) implements DecodeAnomaly {}

    /** Data in front of its own template in one message: a collector that begins here loses it. */
    record DataBeforeTemplate(int templateId) implements DecodeAnomaly {}

    /** The header's length, or what it comes to by the count of version 5, is not what came. Version 9 has none. */
    record BadMessageLength(int length, int available) implements DecodeAnomaly {}

    /** A set that says it is shorter than its own header, or longer than the message: what follows cannot be found. */
    record BadSetLength(int setId, int length, int available) implements DecodeAnomaly {}

    /** A set of a kind that the protocol's version does not have. */
    record ReservedSet(int setId) implements DecodeAnomaly {}

    /** Records of one template in several sets, one behind the other: legal, and a waste of a header for each. */
    record SplitSet(int setId) implements DecodeAnomaly {}

    /**
     * A template that makes no sense. Its id has no meaning until a valid one comes: an earlier one is forgotten. The
     * templates behind it are read if it says where it ends.
     */
    record BadTemplate(int templateId, String reason) implements DecodeAnomaly {}

    /** An options template without a scope. Its records are read, and nothing says what they are about. */
    record NoScope(int templateId) implements DecodeAnomaly {}

    /** A record whose variable lengths lead out of its set, the rest of which is skipped. */
    record BadRecord(int templateId, int available) implements DecodeAnomaly {}

    /** A field in a length that its element's type cannot have: whoever knows better reads something else. */
    record BadFieldLength(int templateId, InformationElement element, int length) implements DecodeAnomaly {}

    /** A field of NetFlow v9 in a variable length, which only IPFIX has; it is read as IPFIX's. */
    record VariableLength(int templateId, InformationElement element) implements DecodeAnomaly {}

    /**
     * Records that are not read, because the message would come to more values than a decoder may make of it
     * ({@link DecoderLimits#maxValues}). Reported once a message.
     */
    record TooManyValues(int templateId, int limit) implements DecodeAnomaly {}

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

    /** More records than a datagram of NetFlow v5 may have. */
    record TooManyRecords(int announced, int most) implements DecodeAnomaly {}

    /** Messages are missing, or one was doubled, or the exporter was restarted. What is missing may still come. */
    record SequenceGap(long expected, long actual) implements DecodeAnomaly {}

    /**
     * A message that was missing has come late: nothing of it is lost.
     *
     * @param expected what would have come next
     */
    record SequenceLate(long expected, long actual) implements DecodeAnomaly {}

    /** Whether it speaks of the order of messages, and not of what is in this one. */
    default boolean isOfSequence() {
        return this instanceof SequenceGap || this instanceof SequenceLate;
    }
}
