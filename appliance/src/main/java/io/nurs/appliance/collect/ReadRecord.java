package io.nurs.appliance.collect;

import io.nurs.flow.DataRecord;
import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.InformationElement;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record, its values looked up by element. What an exporter sends in a length that its element cannot have is not found
 * here, but among {@link #fields()}.
 */
public final class ReadRecord {
    private final DecodedMessage message;
    private final DataRecord record;
    private final List<DataField> fields;
    private final Map<InformationElement, Object> values = new HashMap<>();

    public ReadRecord(DecodedMessage message, DataRecord record) {
        this.message = message;
        this.record = record;
        this.fields = record.fields();
        for (int i = 0; i < fields.size(); i++) {
            if (isOfItsLength(i)) {
                values.putIfAbsent(fields.get(i).element(), fields.get(i).value());
            }
        }
    }

    private boolean isOfItsLength(int field) {
        FieldSpecifier specifier = record.template().fields().get(field);
        return specifier.element().type().allows(specifier.length());
    }

    public DecodedMessage message() {
        return message;
    }

    public boolean isOptions() {
        return record.template().isOptions();
    }

    /** False in NetFlow v5, whose records are all alike. */
    boolean hasTemplate() {
        return message.version() != Version.NETFLOW5;
    }

    /** 0 if there is none. */
    public int templateId() {
        return record.templateId();
    }

    /** All of them in their order, an element that is there several times too. */
    public List<DataField> fields() {
        return fields;
    }

    boolean has(InformationElement element) {
        return values.containsKey(element);
    }

    @Nullable
    Object value(InformationElement element) {
        return values.get(element);
    }

    @Nullable
    Long number(InformationElement element) {
        return values.get(element) instanceof Long number ? number : null;
    }

    @Nullable
    Instant instant(InformationElement element) {
        return values.get(element) instanceof Instant instant ? instant : null;
    }

    /** The first of these that is there. */
    @Nullable
    Instant instantOf(List<InformationElement> elements) {
        for (InformationElement element : elements) {
            Instant instant = instant(element);
            if (instant != null) {
                return instant;
            }
        }
        return null;
    }

    @Nullable
    InetAddress address(InformationElement element) {
        return values.get(element) instanceof InetAddress address ? address : null;
    }

    /** Of the family that is there. */
    @Nullable
    InetAddress address(InformationElement ipv4, InformationElement ipv6) {
        InetAddress address = address(ipv4);
        return address != null ? address : address(ipv6);
    }
}
