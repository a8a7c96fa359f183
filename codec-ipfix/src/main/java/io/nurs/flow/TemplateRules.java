package io.nurs.flow;

import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What makes a template of an exporter unusable, and what is only worth a report. */
final class TemplateRules {
    private TemplateRules() {}

    /** Why no record can be read by it; null if one can. */
    static @Nullable String fault(DecodedTemplate template) {
        if (template.id() < Template.MIN_ID) {
            return "ids below " + Template.MIN_ID + " are reserved";
        }
        if (template.recordLength() == 0) {
            return template.fields().isEmpty() ? "0 fields" : "records of no length";
        }
        // A scope may be in no octets: that it is there says what a record is about, as the system does in NetFlow v9.
        for (FieldSpecifier field : template.fields()
                .subList(template.scopeFields(), template.fields().size())) {
            if (field.length() == 0 && !field.element().type().mayBeEmpty()) {
                return field.element() + " in no octets";
            }
        }
        return null;
    }

    /** Reports what is wrong with a template by which records can be read nevertheless. */
    static void check(DecodedTemplate template, Consumer<DecodeAnomaly> anomalies) {
        if (template.isOptions() && template.scopeFields() == 0) {
            anomalies.accept(new DecodeAnomaly.NoScope(template.id()));
        }
        for (FieldSpecifier field : new LinkedHashSet<>(template.fields())) {
            DataType type = field.element().type();
            if (!type.allows(field.length()) && !(field.length() == 0 && type.mayBeEmpty())) {
                anomalies.accept(new DecodeAnomaly.BadFieldLength(template.id(), field.element(), field.length()));
            }
        }
    }
}
