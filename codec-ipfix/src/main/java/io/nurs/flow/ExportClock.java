package io.nurs.flow;

/** The clocks of an exporter, as a parameter so that a test can let 49 days pass. */
@FunctionalInterface
public interface ExportClock {
    ExportClock SYSTEM = new ExportClock() {
        @Override
        public long epochMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public long steadyMillis() {
            return System.nanoTime() / 1_000_000;
        }
    };

    /** The wall clock: milliseconds since 1970-01-01 UTC. It may step, both ways. */
    long epochMillis();

    /** Milliseconds since any moment, by a clock that never steps. Without one of its own, a clock counts as one that never steps. */
    default long steadyMillis() {
        return epochMillis();
    }
}
