package io.nurs.appliance.collect.rules;

import io.nurs.flow.InformationElement;
import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A comparison for a program, with all fields, those that are read too. */
public final class ComparisonJson {
    private ComparisonJson() {}

    public static String of(KnownCollector collector, Comparison comparison) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("as", collector.toString());
            json.writeBooleanProperty("exact", comparison.isExact());
            counts(json, "records", comparison.sentRecords(), comparison.keptRecords());
            counts(json, "bytes", comparison.sent().bytes(), comparison.kept().bytes());
            counts(
                    json,
                    "packets",
                    comparison.sent().packets(),
                    comparison.kept().packets());
            json.writeObjectPropertyStart("lost");
            comparison.lost().forEach((reason, records) -> json.writeNumberProperty(name(reason), records));
            json.writeEndObject();
            json.writeArrayPropertyStart("notLearnt");
            comparison.unlearnt().forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("fields");
            comparison.fields().forEach(field -> field(json, field));
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void counts(JsonGenerator json, String name, long sent, long kept) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("sent", sent);
        json.writeNumberProperty("kept", kept);
        json.writeEndObject();
    }

    private static String name(LossReason reason) {
        return switch (reason) {
            case TEMPLATE -> "template";
            case MESSAGE -> "message";
            case UNKNOWN_TEMPLATE -> "unknownTemplate";
            case NO_INTERFACE -> "noInterface";
            case NO_RATE -> "noRate";
        };
    }

    private static void field(JsonGenerator json, FieldFate field) {
        InformationElement element = field.element();
        json.writeStartObject();
        json.writeStringProperty("name", element.name());
        json.writeNumberProperty("enterprise", Integer.toUnsignedLong(element.enterprise()));
        json.writeNumberProperty("id", element.id());
        json.writeNumberProperty("records", field.records());
        json.writeNumberProperty("decoded", field.decoded());
        json.writeNumberProperty("read", field.read());
        json.writeEndObject();
    }
}
