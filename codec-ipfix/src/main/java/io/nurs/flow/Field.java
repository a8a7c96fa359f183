package io.nurs.flow;

import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * One field of a template and where its value comes from.
 *
 * @param length octets on the wire; for numbers it may be less than the element's own size (RFC 7011 §6.2), and
 *     {@link DataType#VARIABLE_LENGTH} if each record says its own
 * @param valueLength octets that {@code writer} writes, which differ by record only if the length is variable
 */
public record Field<S>(
        InformationElement element, int length, FieldWriter<S> writer, ToIntFunction<? super S> valueLength) {
    public Field {
        if (!element.type().allows(length)) {
            throw new IllegalArgumentException(
                    element + ": " + element.type() + " cannot be " + length + " octets long (RFC 7011 §6)");
        }
    }

    private Field(InformationElement element, int length, FieldWriter<S> writer) {
        this(element, length, writer, source -> length);
    }

    public static <S> Field<S> u8(InformationElement element, ToIntFunction<? super S> value) {
        return new Field<>(element, 1, (s, datagram, at) -> BigEndian.putU8(datagram, at, value.applyAsInt(s)));
    }

    public static <S> Field<S> u16(InformationElement element, ToIntFunction<? super S> value) {
        return new Field<>(element, 2, (s, datagram, at) -> BigEndian.putU16(datagram, at, value.applyAsInt(s)));
    }

    /** Sends the low 32 bits, so an {@code int} that holds an unsigned number may be returned as it is. */
    public static <S> Field<S> u32(InformationElement element, ToLongFunction<? super S> value) {
        return new Field<>(element, 4, (s, datagram, at) -> BigEndian.putU32(datagram, at, value.applyAsLong(s)));
    }

    public static <S> Field<S> u64(InformationElement element, ToLongFunction<? super S> value) {
        return new Field<>(element, 8, (s, datagram, at) -> BigEndian.putU64(datagram, at, value.applyAsLong(s)));
    }

    /** The low {@code length} octets of a number, signed or not: RFC 7011 §6.2 has sizes of 1 to 8. */
    public static <S> Field<S> integer(InformationElement element, int length, ToLongFunction<? super S> value) {
        if (!element.type().isInteger()) {
            throw new IllegalArgumentException(element + ": " + element.type() + " is no integer");
        }
        return new Field<>(
                element, length, (s, datagram, at) -> BigEndian.putInteger(datagram, at, length, value.applyAsLong(s)));
    }

    /** A float64 in half its size, or a float32. */
    public static <S> Field<S> f32(InformationElement element, ToDoubleFunction<? super S> value) {
        requireFloat(element);
        return new Field<>(
                element,
                Float.BYTES,
                (s, datagram, at) ->
                        BigEndian.putU32(datagram, at, Float.floatToRawIntBits((float) value.applyAsDouble(s))));
    }

    public static <S> Field<S> f64(InformationElement element, ToDoubleFunction<? super S> value) {
        requireFloat(element);
        return new Field<>(
                element,
                Double.BYTES,
                (s, datagram, at) ->
                        BigEndian.putU64(datagram, at, Double.doubleToRawLongBits(value.applyAsDouble(s))));
    }

    /**
     * A dateTimeMicroseconds or dateTimeNanoseconds, which are NTP timestamps on the wire: RFC 7011 §6.1.9, §6.1.10
     *
     * @param epochNanos nanoseconds since 1970-01-01 UTC
     */
    public static <S> Field<S> ntpTime(InformationElement element, ToLongFunction<? super S> epochNanos) {
        return switch (element.type()) {
            case DATE_TIME_MICROSECONDS ->
                new Field<>(
                        element,
                        Long.BYTES,
                        (s, datagram, at) ->
                                BigEndian.putU64(datagram, at, NtpTime.ofMicroseconds(epochNanos.applyAsLong(s))));
            case DATE_TIME_NANOSECONDS ->
                new Field<>(
                        element,
                        Long.BYTES,
                        (s, datagram, at) ->
                                BigEndian.putU64(datagram, at, NtpTime.ofNanoseconds(epochNanos.applyAsLong(s))));
            default -> throw new IllegalArgumentException(element + ": " + element.type() + " is no NTP timestamp");
        };
    }

    /** Octets in the element's natural size, as addresses have. */
    public static <S> Field<S> octets(InformationElement element, FieldWriter<S> writer) {
        return octets(element, element.type().defaultLength(), writer);
    }

    /**
     * As many octets in every record.
     *
     * @throws IllegalArgumentException for a variable length, of which {@link #variable} has to be told
     */
    public static <S> Field<S> octets(InformationElement element, int length, FieldWriter<S> writer) {
        if (length == DataType.VARIABLE_LENGTH) {
            throw new IllegalArgumentException(element + ": how long its values are must be said, or for all alike");
        }
        return new Field<>(element, length, writer);
    }

    /**
     * As many octets as each record has. RFC 7011 §7
     *
     * @param valueLength asked twice for a record, and must answer the same
     * @param writer writes so many octets; for a string they must be valid UTF-8
     */
    public static <S> Field<S> variable(
            InformationElement element, ToIntFunction<? super S> valueLength, FieldWriter<S> writer) {
        return new Field<>(element, DataType.VARIABLE_LENGTH, writer, valueLength);
    }

    /** A string as long as it is, at most {@value Utf8#MAX_LENGTH} octets of UTF-8. */
    public static <S> Field<S> string(InformationElement element, Function<? super S, String> value) {
        requireString(element);
        return variable(
                element,
                s -> Utf8.length(value.apply(s), Utf8.MAX_LENGTH),
                (s, datagram, at) -> Utf8.write(value.apply(s), datagram, at, Utf8.MAX_LENGTH));
    }

    /** A string in {@code length} octets, for NetFlow v9: cut at a character, or filled up with zeros. */
    public static <S> Field<S> string(InformationElement element, int length, Function<? super S, String> value) {
        requireString(element);
        return octets(element, length, (s, datagram, at) -> Utf8.writePadded(value.apply(s), datagram, at, length));
    }

    private static void requireFloat(InformationElement element) {
        if (element.type() != DataType.FLOAT32 && element.type() != DataType.FLOAT64) {
            throw new IllegalArgumentException(element + ": " + element.type() + " is no floating point number");
        }
    }

    private static void requireString(InformationElement element) {
        if (element.type() != DataType.STRING) {
            throw new IllegalArgumentException(element + ": " + element.type() + " is no string");
        }
    }

    public boolean isVariableLength() {
        return length == DataType.VARIABLE_LENGTH;
    }
}
