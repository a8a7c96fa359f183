package io.nurs.appliance.collect.rules;

import io.nurs.flow.DataRecord;
import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.InformationElement;
import java.util.List;
import java.util.OptionalLong;

/** A record's numbers by their element's id, as decoders of other projects look them up. */
final class RecordValues {
    private final List<DataField> fields;

    private RecordValues(List<DataField> fields) {
        this.fields = fields;
    }

    /** Without the scope of options: goflow2 and what is built on it look for the sampling rate behind it. */
    static RecordValues of(DataRecord record) {
        List<DataField> fields = record.fields();
        return new RecordValues(fields.subList(record.template().scopeFields(), fields.size()));
    }

    List<DataField> fields() {
        return fields;
    }

    /** IANA's element. */
    OptionalLong first(int id) {
        return first(InformationElement.IANA, id);
    }

    OptionalLong first(int enterprise, int id) {
        for (DataField field : fields) {
            if (field.element().enterprise() == enterprise && field.element().id() == id && isNumber(field)) {
                return OptionalLong.of(number(field));
            }
        }
        return OptionalLong.empty();
    }

    /** The first of these elements of IANA that is there, else 0. */
    long firstOf(int... ids) {
        for (int id : ids) {
            OptionalLong value = first(id);
            if (value.isPresent()) {
                return value.getAsLong();
            }
        }
        return 0;
    }

    static boolean isNumber(DataField field) {
        return field.value() instanceof Number;
    }

    static long number(DataField field) {
        return field.value() instanceof Number number ? number.longValue() : 0;
    }
}
