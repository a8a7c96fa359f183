package io.nurs.appliance.collect;

import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.BiConsumer;

/**
 * Gaps in the sequence of one exporter's datagrams. The network may exchange two, so a gap is complained of only when
 * what it lacks has had time to come: nothing is called lost that came late. Each gap is one complaint, with the
 * arrival of the message that showed it.
 */
final class GapWatch {
    /** A message that so many others have overtaken is lost. */
    private static final int MAX_LATER = 16;

    private static final Duration MAX_WAIT = Duration.ofSeconds(1);

    private final ArrayDeque<Open> gaps = new ArrayDeque<>();
    private final BiConsumer<Finding, Arrival> complaints;

    /** A gap, and how much of it has come since. */
    private static final class Open {
        final DecodeAnomaly.SequenceGap gap;
        final int version;
        final Arrival arrival;
        final long missing;
        long filled;
        int later;

        Open(DecodeAnomaly.SequenceGap gap, int version, Arrival arrival) {
            this.gap = gap;
            this.version = version;
            this.arrival = arrival;
            this.missing = AnomalyFindings.missing(gap);
        }

        boolean has(long sequence) {
            return (int) (sequence - gap.expected()) >= 0 && (int) (gap.actual() - sequence) > 0;
        }

        Finding finding() {
            if (filled == 0) {
                return AnomalyFindings.of(gap, version);
            }
            String came = "expected " + gap.expected() + ", and " + gap.actual() + " came: ";
            String unit = " " + AnomalyFindings.unit(version) + " ";
            return Finding.of(
                    ComplaintKind.SEQUENCE,
                    filled < missing
                            ? came + (missing - filled) + unit + "are missing, " + filled + " came late"
                            : came + "out of order, " + filled + unit + "came late, and nothing is missing");
        }
    }

    GapWatch(BiConsumer<Finding, Arrival> complaints) {
        this.complaints = complaints;
    }

    /** A message comes: what has waited long enough is complained of. */
    void arrived(Arrival arrival) {
        gaps.forEach(open -> open.later++);
        while (!gaps.isEmpty() && isOver(gaps.getFirst(), arrival)) {
            complain(gaps.removeFirst());
        }
    }

    private static boolean isOver(Open open, Arrival arrival) {
        return open.later > MAX_LATER || open.arrival.time().plus(MAX_WAIT).isBefore(arrival.time());
    }

    void gap(DecodeAnomaly.SequenceGap gap, int version, Arrival arrival) {
        gaps.addLast(new Open(gap, version, arrival));
    }

    /** A message fills a gap; if that has been complained of already, so is this. */
    void late(DecodeAnomaly.SequenceLate late, DecodedMessage message, Arrival arrival) {
        for (Iterator<Open> all = gaps.iterator(); all.hasNext(); ) {
            Open open = all.next();
            if (open.has(late.actual())) {
                open.filled += counted(message);
                if (open.filled >= open.missing) {
                    all.remove();
                    complain(open);
                }
                return;
            }
        }
        complaints.accept(AnomalyFindings.of(late, message.version()), arrival);
    }

    /** How far a message moves the sequence. */
    static long counted(DecodedMessage message) {
        return message.version() == Version.NETFLOW9 ? 1 : message.records().size();
    }

    /** Nothing more comes. */
    void end() {
        gaps.forEach(this::complain);
        gaps.clear();
    }

    private void complain(Open open) {
        complaints.accept(open.finding(), open.arrival);
    }
}
