package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.flow.DecodeAnomaly.SequenceGap;
import io.nurs.flow.DecodeAnomaly.SequenceLate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final SequenceTracker tracker = new SequenceTracker();

    /** What is noticed when messages of one record each have these numbers. */
    private List<DecodeAnomaly> noticed(long... numbers) {
        List<DecodeAnomaly> anomalies = new ArrayList<>();
        for (long number : numbers) {
            DecodeAnomaly anomaly = tracker.arrived(number);
            if (anomaly != null) {
                anomalies.add(anomaly);
            }
            tracker.continuesWith(number + 1);
        }
        return anomalies;
    }

    @Test
    void whatComesInOrderIsNotNoticed() {
        assertEquals(List.of(), noticed(7, 8, 9));
    }

    @Test
    void twoThatAreExchangedLeaveNoFurtherTrace() {
        assertEquals(List.of(new SequenceGap(3, 4), new SequenceLate(5, 3)), noticed(1, 2, 4, 3, 5, 6, 7));
    }

    @Test
    void theSameAcrossTheWrap() {
        long last = 0xffff_ffffL;
        assertEquals(List.of(new SequenceGap(last, 0), new SequenceLate(1, last)), noticed(last - 1, 0, last, 1, 2));
    }

    @Test
    void aGapIsFilledPieceByPieceInAnyOrder() {
        assertEquals(
                List.of(new SequenceGap(1, 5), new SequenceLate(6, 3), new SequenceLate(6, 1), new SequenceLate(6, 4)),
                noticed(0, 5, 3, 1, 4, 6));
        assertEquals(List.of(new SequenceLate(7, 2)), noticed(2, 7));
        assertEquals(List.of(new SequenceGap(8, 2)), noticed(2), "it is there already");
    }

    @Test
    void aMessageThatIsDoubledLosesNothing() {
        assertEquals(List.of(new SequenceGap(3, 1)), noticed(0, 1, 2, 1, 3, 4));
    }

    @Test
    void anExporterThatBeginsAgainIsBelievedWithItsSecondMessage() {
        assertEquals(List.of(new SequenceGap(1002, 0)), noticed(1000, 1001, 0, 1, 2, 3));
    }

    @Test
    void aLossAfterwardsIsStillSeen() {
        assertEquals(
                List.of(new SequenceGap(1, 2), new SequenceLate(3, 1), new SequenceGap(3, 6)), noticed(0, 2, 1, 6, 7));
    }

    @Test
    void forgetsOldGapsRatherThanKeepThemAll() {
        List<Long> numbers = new ArrayList<>();
        for (long number = 0; number < 200; number += 2) {
            numbers.add(number);
        }
        assertEquals(
                99,
                noticed(numbers.stream().mapToLong(Long::longValue).toArray()).size());
        assertEquals(List.of(new SequenceLate(199, 197)), noticed(197));
        assertEquals(List.of(new SequenceGap(199, 1)), noticed(1));
    }
}
