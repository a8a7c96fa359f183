package io.nurs.appliance.collect;

import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.InformationElement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON in one line. */
public final class JsonText {
    private JsonText() {}

    /** An envelope, and in it {@code flow} or {@code options} with IANA's names. */
    public static String of(ReadRecord record) {
        return of(record, Map.of());
    }

    /** The same, with more in the envelope. */
    static String of(ReadRecord record, Map<String, ?> more) {
        DecodedMessage message = record.message();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("exporter", AddressText.of(message.sender()));
        line.put("version", (long) message.version());
        line.put("observationDomainId", message.observationDomain());
        line.put("exportTime", message.exportTime());
        line.put("sequence", message.sequence());
        if (record.hasTemplate()) {
            line.put("templateId", (long) record.templateId());
        }
        line.putAll(more);
        line.put(record.isOptions() ? "options" : "flow", fields(record));
        return of(line);
    }

    private static Map<String, Object> fields(ReadRecord record) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (DataField field : record.fields()) {
            if (fields.putIfAbsent(field.element().name(), field.value()) != null) {
                putAgain(fields, field, record);
            }
        }
        return fields;
    }

    /** An element that is there several times has all its values, in a list. Another of its name has its number too. */
    private static void putAgain(Map<String, Object> fields, DataField field, ReadRecord record) {
        InformationElement element = field.element();
        boolean isOwner = record.fields().stream()
                .map(DataField::element)
                .filter(other -> other.name().equals(element.name()))
                .findFirst()
                .filter(element::matches)
                .isPresent();
        String key = isOwner ? element.name() : element.toString();
        Object before = fields.putIfAbsent(key, field.value());
        if (before instanceof Several several) {
            several.values.add(field.value());
        } else if (before != null) {
            fields.put(key, new Several(new ArrayList<>(List.of(before, field.value()))));
        }
    }

    /** Values of one element. */
    private record Several(List<Object> values) {}

    /** Of maps, lists, numbers, and what else is text. */
    public static String of(Map<String, ?> object) {
        StringBuilder out = new StringBuilder();
        append(out, object);
        return out.toString();
    }

    private static void append(StringBuilder out, Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator);
                    appendString(out, entry.getKey().toString());
                    out.append(':');
                    append(out, entry.getValue());
                    separator = ",";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case Several several -> append(out, several.values);
            case List<?> list -> {
                out.append('[');
                for (int i = 0; i < list.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    append(out, list.get(i));
                }
                out.append(']');
            }
            case Long number -> out.append(number);
            case BigInteger number -> out.append(number);
            case Boolean bool -> out.append(bool);
            // JSON has no infinity, and no "not a number".
            case Double number when Double.isFinite(number) -> out.append(number);
            default -> appendString(out, ValueText.of(value));
        }
    }

    private static void appendString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '"' || character == '\\') {
                out.append('\\').append(character);
            } else if (character < ' ' || Character.isSurrogate(character) || character == 0x7f) {
                out.append("\\u%04x".formatted((int) character));
            } else {
                out.append(character);
            }
        }
        out.append('"');
    }
}
