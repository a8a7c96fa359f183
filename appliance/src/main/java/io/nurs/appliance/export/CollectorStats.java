package io.nurs.appliance.export;

/** What became of datagrams to one collector. Written by its event loop alone; other threads may read a moment late. */
public final class CollectorStats {
    long sendErrors;

    /** Datagrams that could not be sent, and ICMP errors that came back for sent ones. */
    public long sendErrors() {
        return sendErrors;
    }
}
