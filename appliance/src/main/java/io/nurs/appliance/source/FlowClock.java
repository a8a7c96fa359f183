package io.nurs.appliance.source;

/** The two clocks, as a parameter so that a test can let time pass and steps happen. */
interface FlowClock {
    FlowClock SYSTEM = new FlowClock() {
        @Override
        public long unixNanos() {
            return System.currentTimeMillis() * 1_000_000;
        }

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }
    };

    /** The wall clock, by which the kernel stamps entries; it may step, both ways. */
    long unixNanos();

    /** Never steps. */
    long monotonicNanos();
}
