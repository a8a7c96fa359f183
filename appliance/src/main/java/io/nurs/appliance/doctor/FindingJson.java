package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import java.io.StringWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Findings for a program: how many there are of each level, and each in an object. */
public final class FindingJson {
    private FindingJson() {}

    public static String of(List<Finding> findings) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            for (Finding.Level level : Finding.Level.values()) {
                json.writeNumberProperty(level.toString(), FindingTable.count(findings, level));
            }
            json.writeArrayPropertyStart("findings");
            for (Finding finding : findings) {
                json.writeStartObject();
                json.writeStringProperty("level", finding.level().toString());
                json.writeStringProperty("subject", finding.subject());
                json.writeStringProperty("what", finding.what());
                json.writeStringProperty("mend", finding.mend());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }
}
