package io.nurs.appliance.source;

/** Who keeps account of which records have been sent: a source whose totals must outlive the process. On its event loop. */
public interface SendLog {
    /** All records handed over so far are about to be written to sockets; returns what {@link #sent} is to be told. */
    long beginSending();

    /** Those records have been taken by the kernel, or refused. */
    void sent(long sending);

    /** Whether it has room for few records more until some are sent. */
    boolean isFilling();
}
