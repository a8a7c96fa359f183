package io.nurs.flow;

import java.lang.foreign.MemorySegment;

/** Writes one field of a record from {@code S}, which is borrowed: it is valid only until the call returns. */
@FunctionalInterface
public interface FieldWriter<S> {
    /**
     * Writes exactly the field's length, in network order, from {@code offset} on. The old content there is arbitrary:
     * write zeros too.
     */
    void write(S source, MemorySegment datagram, long offset);
}
