package io.nurs.appliance.source;

/**
 * What one of conntrack's own counters has come to.
 *
 * @param cpu from 0; {@link #ALL_CPUS} for the sum
 * @param value since the namespace was made: 64 bits, however often the kernel's 32 have begun again since the source started; of a
 *     level, what it is now
 * @param delta since the last report; 0 for a level
 * @param timeMillis Unix time when it was asked for
 */
public record CounterReport(ConntrackCounter counter, int cpu, long value, long delta, long timeMillis)
        implements Observation {
    public static final int ALL_CPUS = -1;
}
