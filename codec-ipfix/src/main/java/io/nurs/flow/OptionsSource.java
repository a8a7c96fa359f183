package io.nurs.flow;

/**
 * Where the records come from that say something about the exporter instead of a flow: names of interfaces, losses,
 * types of private elements. The encoder asks whenever it repeats its templates, so that what it sends is as fresh as
 * they are.
 */
@FunctionalInterface
public interface OptionsSource {
    /** Writes all records, of options templates, as they are now. Runs on the channel's event loop. */
    void writeTo(Sink sink);

    /** Takes a record and is done with it when it returns: one {@link FlowRecord} serves for all. */
    @FunctionalInterface
    interface Sink {
        void write(FlowRecord<?> record);
    }
}
