package io.nurs.ipfix;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.InformationElement;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import java.util.List;

/**
 * What a collector has to know of a private element to read and to name it: RFC 5610.
 *
 * @param units by IANA's "IPFIX Information Element Units": 0 none, 1 bits, 2 octets, 3 packets, 4 flows, 5 seconds, 6
 *     milliseconds ...
 * @param description may be empty; at most 254 octets of it are sent
 */
public record ElementType(InformationElement element, ElementSemantics semantics, int units, String description) {
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
