package io.nurs.appliance.collect;

import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.InformationElement;

/** What the decoders noticed, in words. */
final class AnomalyFindings {
    private AnomalyFindings() {}

    static Finding of(DecodeAnomaly anomaly, int version) {
        return switch (anomaly) {
            case DecodeAnomaly.UnknownTemplate(int id, int length) ->
                Finding.inTemplate(
                        ComplaintKind.UNKNOWN_TEMPLATE,
                        id,
                        length + " octets of data, and no valid template of that id has been seen; watch until it is"
                                + " repeated");
            case DecodeAnomaly.DataBeforeTemplate(int id) ->
                Finding.inTemplate(
                        ComplaintKind.DATA_BEFORE_TEMPLATE, id, "its data stands in front of it in the message");
            case DecodeAnomaly.BadMessageLength(int length, int available) ->
                Finding.of(
                        version == Version.NETFLOW5 ? ComplaintKind.COUNT : ComplaintKind.MESSAGE_LENGTH,
                        (version == Version.NETFLOW5 ? "the header's count comes to " : "the header says ") + length
                                + " octets, and " + available + " came");
            case DecodeAnomaly.BadSetLength(int id, int length, int available) ->
                Finding.inSet(
                        ComplaintKind.SET_LENGTH,
                        id,
                        "says it has " + length + " octets, and the message has " + available + " left");
            case DecodeAnomaly.ReservedSet(int id) ->
                Finding.inSet(ComplaintKind.RESERVED_SET, id, Version.name(version) + " has no such set");
            case DecodeAnomaly.SplitSet(int id) ->
                Finding.inSet(
                        ComplaintKind.SPLIT_SET,
                        id,
                        "one behind the other, each with a header of its own; one set may hold all its records");
            case DecodeAnomaly.BadTemplate(int id, String reason) ->
                Finding.inTemplate(
                        ComplaintKind.TEMPLATE,
                        id,
                        "makes no sense: " + reason + "; no data are read by it until a valid one comes");
            case DecodeAnomaly.BadRecord(int id, int available) ->
                Finding.inTemplate(
                        ComplaintKind.RECORD,
                        id,
                        "the lengths in a record lead out of its set, which has " + available + " octets left");
            case DecodeAnomaly.BadFieldLength(int id, InformationElement element, int length) ->
                FieldLengths.finding(id, element, length, version);
            case DecodeAnomaly.VariableLength(int id, InformationElement element) -> FieldLengths.variable(id, element);
            case DecodeAnomaly.NoScope(int id) ->
                Finding.inTemplate(
                        ComplaintKind.TEMPLATE,
                        id,
                        "is an options template without a scope: nothing says what its records are about");
            case DecodeAnomaly.TooManyValues(int id, int limit) ->
                Finding.inTemplate(
                        ComplaintKind.VALUE_LIMIT,
                        id,
                        "its message has more than " + limit + " values, many of them in no octets; the rest is not"
                                + " read");
            case DecodeAnomaly.TemplateChanged(int id) ->
                Finding.inTemplate(ComplaintKind.TEMPLATE_CHANGED, id, "has other fields now, and was not withdrawn");
            case DecodeAnomaly.DatagramWithdrawal(int id) ->
                Finding.inTemplate(ComplaintKind.WITHDRAWAL, id, "withdrawn over UDP, which may overtake its data");
            case DecodeAnomaly.UnknownWithdrawal(int id) ->
                Finding.inTemplate(ComplaintKind.WITHDRAWAL, id, "withdrawn, and was never announced");
            case DecodeAnomaly.TemplateLimit(int id) ->
                Finding.inTemplate(ComplaintKind.TEMPLATE_LIMIT, id, "is beyond what this collector may remember");
            case DecodeAnomaly.BadPadding(int id, int length) ->
                Finding.inSet(
                        ComplaintKind.PADDING,
                        id,
                        length + " octets behind its last record are not zero, or too many for padding");
            case DecodeAnomaly.Truncated(int length) ->
                Finding.of(
                        ComplaintKind.TRUNCATED,
                        "the message ends within a set's header, of which " + length + " came");
            case DecodeAnomaly.CountMismatch(int announced, int found) ->
                Finding.of(
                        ComplaintKind.COUNT,
                        "the header counts " + announced + " records, and " + found + " are in the packet");
            case DecodeAnomaly.TooManyRecords(int announced, int most) ->
                Finding.of(
                        ComplaintKind.COUNT,
                        "the header counts " + announced + " records, and a datagram may have " + most
                                + ": many collectors refuse it");
            case DecodeAnomaly.SequenceGap gap -> gap(gap, version);
            case DecodeAnomaly.SequenceLate(long expected, long actual) ->
                Finding.of(
                        ComplaintKind.SEQUENCE,
                        "expected " + expected + ", and " + actual + " came, which had been missing: it came late");
        };
    }

    private static Finding gap(DecodeAnomaly.SequenceGap gap, int version) {
        long missing = missing(gap);
        return Finding.of(
                ComplaintKind.SEQUENCE,
                "expected " + gap.expected() + ", and " + gap.actual() + " came: "
                        + (missing > 0
                                ? missing + " " + unit(version) + " are missing"
                                : "something is doubled or out of order, or the exporter was restarted"));
    }

    /** What the sequence counts. */
    static String unit(int version) {
        return switch (version) {
            case Version.NETFLOW5 -> "flow records";
            case Version.NETFLOW9 -> "packets";
            default -> "data records";
        };
    }

    /** How many the sequence skipped, modulo 2^32; 0 if it went back. */
    static long missing(DecodeAnomaly.SequenceGap gap) {
        return Math.max(0, (int) (gap.actual() - gap.expected()));
    }
}
