package io.nurs.flow;

/** The wall clock, as a parameter so that a test can let 49 days pass. It may step, both ways. */
@FunctionalInterface
public interface ExportClock {
    ExportClock SYSTEM = System::currentTimeMillis;

    /** Milliseconds since 1970-01-01 UTC. */
    long epochMillis();
}
