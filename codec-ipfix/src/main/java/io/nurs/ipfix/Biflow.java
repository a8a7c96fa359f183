package io.nurs.ipfix;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.util.Set;

/** What RFC 5103 asks of a template that tells both directions of a conversation in one record. */
final class Biflow {
    /** Keys that swap when a flow is looked at from its other end: without any, a reverse has no meaning. §4 */
    private static final Set<InformationElement> DIRECTIONAL = Set.of(
            sourceIPv4Address,
            destinationIPv4Address,
            sourceIPv4Prefix,
            destinationIPv4Prefix,
            sourceIPv6Address,
            destinationIPv6Address,
            sourceIPv6Prefix,
            destinationIPv6Prefix,
            sourceTransportPort,
            destinationTransportPort,
            sourceMacAddress,
            destinationMacAddress,
            ingressInterface,
            egressInterface);

    private Biflow() {}

    static void check(Template<?> template) {
        boolean hasReverse = false;
        for (Field<?> field : template.fields()) {
            if (field.element().enterprise() == InformationElement.REVERSE) {
                requireReversible(template, field.element());
                hasReverse = true;
            }
        }
        if (hasReverse && template.fields().stream().map(Field::element).noneMatch(DIRECTIONAL::contains)) {
            throw new IllegalArgumentException(template
                    + ": elements of the reverse direction need an address, port or interface that has one"
                    + " (RFC 5103 §4)");
        }
    }

    private static void requireReversible(Template<?> template, InformationElement element) {
        InformationElement forward = IanaElements.byId(element.id());
        if (forward == null || !forward.isReversible()) {
            throw new IllegalArgumentException(template + ": " + element + " cannot be reversed (RFC 5103 §6.1)");
        }
    }
}
