package io.nurs.flow;

import java.util.List;

/**
 * A template as an exporter announced it.
 *
 * @param scopeFields how many of the first fields are the scope; 0 unless it is an options template
 */
public record DecodedTemplate(int id, int scopeFields, List<FieldSpecifier> fields) {
    public DecodedTemplate {
        fields = List.copyOf(fields);
    }

    /**
     * What field there is and how many octets it takes: as sent, which may contradict the element's type. RFC 7011 §3.2
     */
    public record FieldSpecifier(InformationElement element, int length) {}

    public boolean isOptions() {
        return scopeFields > 0;
    }

    /** Octets of each record, as long as no field has a variable length. */
    public int recordLength() {
        int length = 0;
        for (FieldSpecifier field : fields) {
            length += field.length();
        }
        return length;
    }
}
