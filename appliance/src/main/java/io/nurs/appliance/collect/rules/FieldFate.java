package io.nurs.appliance.collect.rules;

import io.nurs.flow.InformationElement;

/**
 * What became of one field.
 *
 * @param records flow records that have it
 * @param decoded those of them that the collector kept
 * @param read those of which it also reads this field
 */
public record FieldFate(InformationElement element, long records, long decoded, long read) {
    FieldFate counting(boolean isDecoded, boolean isRead) {
        return new FieldFate(element, records + 1, decoded + (isDecoded ? 1 : 0), read + (isDecoded && isRead ? 1 : 0));
    }

    public boolean isLost() {
        return read < records;
    }
}
