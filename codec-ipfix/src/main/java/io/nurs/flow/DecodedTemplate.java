package io.nurs.flow;

import java.util.List;

/**
 * A template as an exporter announced it.
 *
 * @param isOptions whether it is an options template
 * @param scopeFields how many of the first fields are the scope; an options template should have one at least
 */
public record DecodedTemplate(int id, boolean isOptions, int scopeFields, List<FieldSpecifier> fields) {
    public DecodedTemplate {
        fields = List.copyOf(fields);
    }

    /** An options template if there is a scope. */
    public DecodedTemplate(int id, int scopeFields, List<FieldSpecifier> fields) {
        this(id, scopeFields > 0, scopeFields, fields);
    }

    /**
     * What field there is and how many octets it takes: as sent, which may contradict the element's type. RFC 7011 §3.2
     */
    public record FieldSpecifier(InformationElement element, int length) {
        /** First octet of a length in three. */
        static final int LONG_VALUE = 255;

        /** Whether each record says how long its value is. RFC 7011 §7 */
        public boolean isVariableLength() {
            return length == DataType.VARIABLE_LENGTH;
        }
    }

    /** The same template, where it has that element, under its name. */
    DecodedTemplate naming(InformationElement element) {
        if (fields.stream().noneMatch(field -> field.element.matches(element))) {
            return this;
        }
        return new DecodedTemplate(
                id,
                isOptions,
                scopeFields,
                fields.stream()
                        .map(field ->
                                field.element.matches(element) ? new FieldSpecifier(element, field.length) : field)
                        .toList());
    }

    public boolean hasVariableLength() {
        for (FieldSpecifier field : fields) {
            if (field.isVariableLength()) {
                return true;
            }
        }
        return false;
    }

    /** Octets of each record; of the shortest possible one if {@link #hasVariableLength()}. */
    public int recordLength() {
        int length = 0;
        for (FieldSpecifier field : fields) {
            length += field.isVariableLength() ? 1 : field.length();
        }
        return length;
    }
}
