package io.nurs.appliance.traffic;

/**
 * The heaviest keys of one kind, the first one first. Nobody writes to its arrays.
 *
 * @param high first eight octets of each key
 * @param low its last eight
 * @param octets at most so many
 * @param errors by so much at most is that too high
 * @param errorOctets and by so much at most for whatever is not in the list
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record TopList(long[] high, long[] low, long[] octets, long[] errors, long errorOctets) {
    public int size() {
        return octets.length;
    }
}
