package io.nurs.flow;

import java.lang.foreign.MemorySegment;

/**
 * What one writes to a collector's channel: a source, and the template that tells how to read it. Make one, and
 * {@link #set} it for every record: the {@link FlowEncoder} has read it when {@code write} returns.
 */
public final class FlowRecord<S> {
    private Template<S> template;
    private S source;

    private FlowRecord(Template<S> template, S source) {
        this.template = template;
        this.source = source;
    }

    public static <S> FlowRecord<S> of(Template<S> template, S source) {
        return new FlowRecord<>(template, source);
    }

    public FlowRecord<S> set(Template<S> template, S source) {
        this.template = template;
        this.source = source;
        return this;
    }

    public Template<S> template() {
        return template;
    }

    public S source() {
        return source;
    }

    int length() {
        return template.recordLength(source);
    }

    void writeTo(MemorySegment datagram, long offset) {
        template.writeRecord(source, datagram, offset);
    }
}
