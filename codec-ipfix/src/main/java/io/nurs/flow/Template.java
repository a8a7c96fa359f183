package io.nurs.flow;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The shape of a record: which fields, in which order, under which id. Made once at start, compared by identity. */
public final class Template<S> {
    /** Ids below are sets of other kinds. RFC 3954 §5.2, RFC 7011 §3.3.2 */
    public static final int MIN_ID = 256;

    private static final int MAX_ID = 0xffff;

    private final int id;
    private final List<Field<S>> fields;
    private final FieldWriter<S>[] writers;
    private final int[] offsets;
    private final int recordLength;

    /**
     * Records begin with the first field and have no gaps.
     *
     * @throws IllegalArgumentException if {@code id} is below {@value #MIN_ID} or there is no field
     */
    public Template(int id, List<Field<S>> fields) {
        if (id < MIN_ID || id > MAX_ID) {
            throw new IllegalArgumentException("template id " + id + " is not in " + MIN_ID + "-" + MAX_ID);
        }
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("template " + id + " has no fields");
        }
        this.id = id;
        this.fields = List.copyOf(fields);
        this.writers = writersOf(this.fields);
        this.offsets = new int[fields.size()];
        int offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            offset += this.fields.get(i).length();
        }
        this.recordLength = offset;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <S> Template<S> of(int id, Field<S>... fields) {
        return new Template<>(id, List.of(fields));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <S> FieldWriter<S>[] writersOf(List<Field<S>> fields) {
        return fields.stream().map(Field::writer).toArray(FieldWriter[]::new);
    }

    public int id() {
        return id;
    }

    public List<Field<S>> fields() {
        return fields;
    }

    public boolean hasVariableLength() {
        return fields.stream().anyMatch(Field::isVariableLength);
    }

    /** Octets of every record; without meaning if {@link #hasVariableLength()}. */
    public int recordLength() {
        return recordLength;
    }

    /** Writes {@link #recordLength()} octets from {@code offset} on; the caller has made sure that they are there. */
    public void writeRecord(S source, MemorySegment datagram, long offset) {
        for (int i = 0; i < writers.length; i++) {
            writers[i].write(source, datagram, offset + offsets[i]);
        }
    }

    @Override
    public String toString() {
        return "template " + id;
    }
}
