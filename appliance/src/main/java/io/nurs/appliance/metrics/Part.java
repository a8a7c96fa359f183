package io.nurs.appliance.metrics;

/** The meters of what may go away. */
interface Part extends AutoCloseable {
    /** Before each scrape. */
    default void refresh() {}

    @Override
    void close();
}
