package io.nurs.flow;

import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * One field of a template and where its value comes from.
 *
 * @param length octets on the wire; for numbers it may be less than the element's own size (RFC 7011 §6.2)
 */
public record Field<S>(InformationElement element, int length, FieldWriter<S> writer) {
    public Field {
        if (!element.type().allows(length)) {
            throw new IllegalArgumentException(
                    element + ": " + element.type() + " cannot be " + length + " octets long (RFC 7011 §6)");
        }
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

    /** Octets in the element's natural size, as addresses have. */
    public static <S> Field<S> octets(InformationElement element, FieldWriter<S> writer) {
        return new Field<>(element, element.type().defaultLength(), writer);
    }

    public static <S> Field<S> octets(InformationElement element, int length, FieldWriter<S> writer) {
        return new Field<>(element, length, writer);
    }

    public boolean isVariableLength() {
        return length == DataType.VARIABLE_LENGTH;
    }
}
