package io.nurs.flow;

import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A decoded data record. It owns its octets and never changes. If an element is there several times, the getters read
 * the first.
 */
public final class DataRecord {
    private final DecodedTemplate template;
    private final byte[] octets;

    /**
     * A record as received, lengths of its values included.
     *
     * @param octets the caller hands the array over
     * @throws IllegalArgumentException if they are not as many as the template says
     */
    public DataRecord(DecodedTemplate template, byte[] octets) {
        this.template = template;
        this.octets = octets;
        int end = 0;
        for (FieldSpecifier field : template.fields()) {
            end = end > octets.length ? end : end(field, end);
        }
        if (end != octets.length) {
            throw new IllegalArgumentException(
                    "template " + template.id() + " has no records of " + octets.length + " octets");
        }
    }

    /**
     * One field's element and value.
     *
     * @param value {@code Long} (beyond its range: {@code BigInteger}), {@code Double}, {@code Boolean},
     *     {@code InetAddress}, {@code Instant} or {@code String}, as the element's type has it; octets, MAC addresses,
     *     booleans that are neither, and whatever is not as long as its type allows, come as a {@code String} of hexadecimal digits
     */
    public record DataField(InformationElement element, Object value) {}

    public DecodedTemplate template() {
        return template;
    }

    public int templateId() {
        return template.id();
    }

    public List<DataField> fields() {
        List<DataField> fields = new ArrayList<>(template.fields().size());
        int offset = 0;
        for (FieldSpecifier field : template.fields()) {
            int begin = begin(field, offset);
            offset = end(field, offset);
            fields.add(new DataField(
                    field.element(), WireValue.of(field.element().type(), octets, begin, offset - begin)));
        }
        return fields;
    }

    public boolean has(InformationElement element) {
        return template.fields().stream().anyMatch(field -> field.element().matches(element));
    }

    /**
     * The octets read as an unsigned number, whatever the element's type; the sign bit of an unsigned64 is its highest
     * bit.
     *
     * @throws NoSuchElementException if the record has no such field
     * @throws IllegalStateException if the exporter sends it in more than 8 octets
     */
    public long unsigned(InformationElement element) {
        byte[] value = octets(element);
        if (value.length > Long.BYTES) {
            throw wrongLength(element, value);
        }
        return WireValue.unsigned(value, 0, value.length);
    }

    /**
     * The address in 4 or 16 octets.
     *
     * @throws NoSuchElementException if the record has no such field
     * @throws IllegalStateException if the exporter sends it in another length
     */
    public InetAddress address(InformationElement element) {
        byte[] value = octets(element);
        if (value.length != 4 && value.length != 16) {
            throw wrongLength(element, value);
        }
        return WireValue.address(value);
    }

    /**
     * A copy of the field as it was on the wire.
     *
     * @throws NoSuchElementException if the record has no such field
     */
    public byte[] octets(InformationElement element) {
        int offset = 0;
        for (FieldSpecifier field : template.fields()) {
            int end = end(field, offset);
            if (field.element().matches(element)) {
                return Arrays.copyOfRange(octets, begin(field, offset), end);
            }
            offset = end;
        }
        throw new NoSuchElementException("template " + template.id() + " has no " + element);
    }

    /** Where the value begins: behind its length, should it have one. RFC 7011 §7 */
    private int begin(FieldSpecifier field, int offset) {
        return !field.isVariableLength() ? offset : isLong(offset) ? offset + 3 : offset + 1;
    }

    /** Where it ends, which is beyond the record if that is cut short. */
    private int end(FieldSpecifier field, int offset) {
        if (!field.isVariableLength()) {
            return offset + field.length();
        }
        if (offset + (isLong(offset) ? 3 : 1) > octets.length) {
            return octets.length + 1;
        }
        return isLong(offset)
                ? offset + 3 + (int) WireValue.unsigned(octets, offset + 1, Short.BYTES)
                : offset + 1 + (octets[offset] & 0xff);
    }

    private boolean isLong(int offset) {
        return offset < octets.length && (octets[offset] & 0xff) == FieldSpecifier.LONG_VALUE;
    }

    private static IllegalStateException wrongLength(InformationElement element, byte[] value) {
        return new IllegalStateException(element + " was sent in " + value.length + " octets");
    }

    @Override
    public String toString() {
        return "DataRecord" + fields();
    }
}
