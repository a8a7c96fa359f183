package io.nurs.flow;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * The shape of a record: which fields, in which order, under which id. Made once at start, compared by identity.
 *
 * <p>An options template has a scope, its first fields: what the others are said about, as the interface whose name
 * follows. RFC 7011 §3.4.2, RFC 3954 §6
 */
public final class Template<S> {
    /** Ids below are sets of other kinds. RFC 3954 §5.2, RFC 7011 §3.3.2 */
    public static final int MIN_ID = 256;

    private static final int MAX_ID = 0xffff;

    /** Values shorter than this have their length in one octet, others in three. RFC 7011 §7 */
    private static final int LONG_VALUE = 255;

    private final int id;
    private final int scopeFields;
    private final List<Field<S>> fields;
    private final FieldWriter<S>[] writers;
    private final ToIntFunction<? super S>[] valueLengths;
    private final boolean[] variable;
    private final int[] offsets;
    private final boolean hasVariableLength;
    private final int recordLength;

    /**
     * Records begin with the first field and have no gaps.
     *
     * @throws IllegalArgumentException if {@code id} is below {@value #MIN_ID} or there is no field
     */
    public Template(int id, List<Field<S>> fields) {
        this(id, 0, fields);
    }

    private Template(int id, int scopeFields, List<Field<S>> fields) {
        if (id < MIN_ID || id > MAX_ID) {
            throw new IllegalArgumentException("template id " + id + " is not in " + MIN_ID + "-" + MAX_ID);
        }
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("template " + id + " has no fields");
        }
        this.id = id;
        this.scopeFields = scopeFields;
        this.fields = List.copyOf(fields);
        this.writers = writersOf(this.fields);
        this.valueLengths = valueLengthsOf(this.fields);
        this.variable = new boolean[fields.size()];
        this.offsets = new int[fields.size()];
        int offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            variable[i] = this.fields.get(i).isVariableLength();
            offsets[i] = offset;
            offset += variable[i] ? 1 : this.fields.get(i).length();
        }
        this.recordLength = offset;
        this.hasVariableLength = this.fields.stream().anyMatch(Field::isVariableLength);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <S> Template<S> of(int id, Field<S>... fields) {
        return new Template<>(id, List.of(fields));
    }

    /**
     * A template of records about the exporter.
     *
     * @throws IllegalArgumentException if there is no scope: RFC 7011 §3.4.2.2
     */
    public static <S> Template<S> options(int id, List<Field<S>> scope, List<Field<S>> options) {
        if (scope.isEmpty()) {
            throw new IllegalArgumentException("options template " + id + " has no scope");
        }
        return new Template<>(
                id,
                scope.size(),
                Stream.concat(scope.stream(), options.stream()).toList());
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <S> FieldWriter<S>[] writersOf(List<Field<S>> fields) {
        return fields.stream().map(Field::writer).toArray(FieldWriter[]::new);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <S> ToIntFunction<? super S>[] valueLengthsOf(List<Field<S>> fields) {
        return fields.stream().map(Field::valueLength).toArray(ToIntFunction[]::new);
    }

    public int id() {
        return id;
    }

    /** The scope's fields first, if there is a scope. */
    public List<Field<S>> fields() {
        return fields;
    }

    /** How many of the first fields are the scope; 0 unless it is an options template. */
    public int scopeFields() {
        return scopeFields;
    }

    public boolean isOptions() {
        return scopeFields > 0;
    }

    public boolean hasVariableLength() {
        return hasVariableLength;
    }

    /** Octets of every record; of the shortest possible one if {@link #hasVariableLength()}. */
    public int recordLength() {
        return recordLength;
    }

    /** Octets of this source's record. */
    public int recordLength(S source) {
        if (!hasVariableLength) {
            return recordLength;
        }
        int length = recordLength;
        for (int i = 0; i < valueLengths.length; i++) {
            if (variable[i]) {
                int value = valueLengths[i].applyAsInt(source);
                length += value < LONG_VALUE ? value : value + 2;
            }
        }
        return length;
    }

    /** Writes {@link #recordLength(Object)} octets from {@code offset} on; the caller has made sure that they are there. */
    public void writeRecord(S source, MemorySegment datagram, long offset) {
        if (hasVariableLength) {
            writeVariable(source, datagram, offset);
            return;
        }
        for (int i = 0; i < writers.length; i++) {
            writers[i].write(source, datagram, offset + offsets[i]);
        }
    }

    private void writeVariable(S source, MemorySegment datagram, long offset) {
        long at = offset;
        for (int i = 0; i < writers.length; i++) {
            int length = valueLengths[i].applyAsInt(source);
            if (variable[i]) {
                at = writeLength(length, datagram, at);
            }
            writers[i].write(source, datagram, at);
            at += length;
        }
    }

    private static long writeLength(int length, MemorySegment datagram, long offset) {
        if (length < LONG_VALUE) {
            BigEndian.putU8(datagram, offset, length);
            return offset + 1;
        }
        BigEndian.putU8(datagram, offset, LONG_VALUE);
        BigEndian.putU16(datagram, offset + 1, length);
        return offset + 3;
    }

    @Override
    public String toString() {
        return (isOptions() ? "options template " : "template ") + id;
    }
}
