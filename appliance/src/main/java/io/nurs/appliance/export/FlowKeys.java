package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.util.List;

/**
 * Which fields of a template tell flows apart. RFC 7011 §4.4
 *
 * @param indicator flowKeyIndicator(173): a bit for each field, the first one in the lowest
 */
record FlowKeys(int templateId, long indicator) {
    private static final List<InformationElement> KEYS = List.of(
            sourceIPv4Address,
            destinationIPv4Address,
            sourceIPv6Address,
            destinationIPv6Address,
            sourceTransportPort,
            destinationTransportPort,
            protocolIdentifier,
            icmpTypeCodeIPv4,
            icmpTypeIPv4,
            icmpCodeIPv4,
            icmpTypeCodeIPv6,
            icmpTypeIPv6,
            icmpCodeIPv6);

    static FlowKeys of(Template<?> template) {
        long indicator = 0;
        for (int i = 0; i < Math.min(template.fields().size(), Long.SIZE); i++) {
            InformationElement element = template.fields().get(i).element();
            boolean key = KEYS.contains(element) || element.name().equals(NursElement.ctZone.name());
            indicator |= key ? 1L << i : 0;
        }
        return new FlowKeys(template.id(), indicator);
    }
}
