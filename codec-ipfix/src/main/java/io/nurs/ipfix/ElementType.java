package io.nurs.ipfix;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.DataRecord;
import io.nurs.flow.DataType;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.InformationElement;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a collector has to know of a private element to read and to name it: RFC 5610.
 *
 * @param units by IANA's "IPFIX Information Element Units": 0 none, 1 bits, 2 octets, 3 packets, 4 flows, 5 seconds, 6
 *     milliseconds ...
 * @param description may be empty; at most 254 octets of it are sent
 */
public record ElementType(InformationElement element, ElementSemantics semantics, int units, String description) {
    /** With the enterprise bit, which some leave in. */
    private static final int MAX_ID = 0xffff;

    private static final List<InformationElement> NEEDED =
            List.of(privateEnterpriseNumber, informationElementId, informationElementDataType, informationElementName);

    /** No registry has another kind of name, and none so long: it is a stranger's word, and is kept. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,127}");

    /**
     * RFC 5610 §3.1. The range, which no element of ours has, is there for libfixbuf: it takes a template without for
     * something else, and the elements for unknown ones.
     */
    public static Template<ElementType> template(int id) {
        return Template.options(
                id,
                List.of(
                        Field.u32(privateEnterpriseNumber, type -> type.element.enterprise()),
                        Field.u16(informationElementId, type -> type.element.id())),
                List.of(
                        Field.u8(
                                informationElementDataType,
                                type -> type.element.type().code()),
                        Field.u8(informationElementSemantics, type -> type.semantics.code()),
                        Field.u16(informationElementUnits, ElementType::units),
                        Field.u64(informationElementRangeBegin, type -> 0),
                        Field.u64(informationElementRangeEnd, type -> 0),
                        Field.string(informationElementName, type -> type.element.name()),
                        Field.string(informationElementDescription, ElementType::description)));
    }

    /** What a record that somebody sent says of an element; null if it speaks of something else, or makes no sense. §3.1 */
    static @Nullable InformationElement read(DataRecord record) {
        if (!NEEDED.stream().allMatch(record::has)) {
            return null;
        }
        Map<InformationElement, Object> values = new HashMap<>();
        record.fields().forEach(field -> values.putIfAbsent(field.element(), field.value()));
        DataType type =
                values.get(informationElementDataType) instanceof Long code ? DataType.byCode(code.intValue()) : null;
        return type != null
                        && values.get(privateEnterpriseNumber) instanceof Long enterprise
                        && values.get(informationElementId) instanceof Long id
                        && id <= MAX_ID
                        && values.get(informationElementName) instanceof String name
                        && NAME.matcher(name).matches()
                ? new InformationElement(enterprise.intValue(), id.intValue() & ~Ipfix.ENTERPRISE_BIT, name, type)
                : null;
    }

    /** A record for each of these, of which there is at least one, at every refresh. */
    public static OptionsSource source(int templateId, List<ElementType> types) {
        Template<ElementType> template = template(templateId);
        FlowRecord<ElementType> record = FlowRecord.of(template, types.getFirst());
        return sink -> {
            for (int i = 0; i < types.size(); i++) {
                sink.write(record.set(template, types.get(i)));
            }
        };
    }
}
