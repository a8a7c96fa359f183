package io.nurs.flow;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The sequence numbers of one exporter's domain, modulo 2^32: which comes next, and which are missing. A message that
 * comes late fills its gap, so what the network has exchanged is not taken for loss.
 */
final class SequenceTracker {
    private static final long MASK = 0xffff_ffffL;
    private static final long UNKNOWN = -1;

    /** Older ones are forgotten: what was missing for so long is lost. */
    private static final int MAX_GAPS = 16;

    /** Where the message that came last stands. */
    private enum Place {
        /** Where it was expected, or ahead of that. */
        FIRST,
        /** In a gap. */
        LATE,
        /** Behind, and nothing was missing there: it is doubled, or the exporter began again. */
        BEHIND
    }

    /**
     * Numbers that did not come.
     *
     * @param to the first that did
     */
    private record Gap(long from, long to) {
        boolean has(long number) {
            return distance(from, number) >= 0 && distance(number, to) > 0;
        }
    }

    private final ArrayDeque<Gap> gaps = new ArrayDeque<>();
    private long next = UNKNOWN;

    /** What comes next if the exporter began again with the message before; two such in a row are believed. */
    private long nextAfterRestart = UNKNOWN;

    private long current;
    private Place place = Place.FIRST;

    /** A message came: null if it is the next one, or nothing is expected. */
    @Nullable
    DecodeAnomaly arrived(long sequence) {
        current = sequence;
        place = Place.FIRST;
        if (next == UNKNOWN || next == sequence) {
            return null;
        }
        long expected = next;
        if (distance(next, sequence) > 0 && sequence != nextAfterRestart) {
            remember(new Gap(next, sequence));
            return new DecodeAnomaly.SequenceGap(expected, sequence);
        }
        if (gaps.stream().anyMatch(gap -> gap.has(sequence))) {
            place = Place.LATE;
            return new DecodeAnomaly.SequenceLate(expected, sequence);
        }
        if (sequence == nextAfterRestart) {
            gaps.clear();
            return null;
        }
        place = Place.BEHIND;
        return new DecodeAnomaly.SequenceGap(expected, sequence);
    }

    /** The message that came last says which follows it. */
    void continuesWith(long following) {
        switch (place) {
            case FIRST -> {
                next = following & MASK;
                nextAfterRestart = UNKNOWN;
            }
            case LATE -> fill(following & MASK);
            case BEHIND -> nextAfterRestart = following & MASK;
        }
    }

    /** The message that came last could not be counted: the next one's number is taken as it is. */
    void continuesAnywhere() {
        if (place == Place.FIRST) {
            next = UNKNOWN;
            gaps.clear();
        }
        nextAfterRestart = UNKNOWN;
    }

    private void remember(Gap gap) {
        if (gap.from != gap.to) {
            gaps.addLast(gap);
        }
        if (gaps.size() > MAX_GAPS) {
            gaps.removeFirst();
        }
    }

    private void fill(long following) {
        for (Iterator<Gap> all = gaps.iterator(); all.hasNext(); ) {
            Gap gap = all.next();
            if (gap.has(current)) {
                all.remove();
                remember(new Gap(gap.from, current));
                if (distance(following, gap.to) > 0) {
                    remember(new Gap(following, gap.to));
                }
                return;
            }
        }
    }

    /** How far it is forward from one number to another; negative if it is back. */
    private static int distance(long from, long to) {
        return (int) (to - from);
    }
}
