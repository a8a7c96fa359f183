package io.nurs.appliance.export;

/** What became of messages to one collector. Written by its event loop alone, or by the thread that writes an output; other threads may read a moment late. */
public final class CollectorStats {
    long sendErrors;
    long attempts;
    long connections;
    String lastFailure = "";

    /** Messages that could not be sent, and ICMP errors that came back for sent ones. */
    public long sendErrors() {
        return sendErrors;
    }

    /** Attempts to connect, over TCP and TLS, or to the reader of an output. */
    public long attempts() {
        return attempts;
    }

    /** Connections that were made. */
    public long connections() {
        return connections;
    }

    /** Why there was no connection, or why the last one ended, in words; empty if none has failed. */
    public String lastFailure() {
        return lastFailure;
    }
}
